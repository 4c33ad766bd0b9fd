using System.Globalization;

namespace ConcertReservation.Verification.Telling;

/// <summary>
/// What a history has of the subjects of violations, and nothing else: enough to see each of them
/// happen.
/// </summary>
internal sealed class Excerpts
{
    /// <summary>Of a longer history the middle is left out.</summary>
    private const int MaxLines = 40;

    private readonly Dictionary<string, List<Thing>> _things = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlySet<string>> _sources;

    private Excerpts(History history, IReadOnlyList<Violation> violations)
    {
        var rows = violations.SelectMany(v => v.About).Select(Subject.RowOf).OfType<string>();
        _sources = Recount.SourcesOf(history, rows.ToHashSet(StringComparer.Ordinal));
        foreach (var subject in violations.SelectMany(SubjectsOf))
            _things.TryAdd(subject, []);
        foreach (var thing in Things.Of(history))
        {
            foreach (var subject in thing.About.Distinct())
            {
                if (_things.TryGetValue(subject, out var known))
                    known.Add(thing);
            }
        }
    }

    /// <returns>
    /// Of the violations that whose history is the shortest, and that history; nothing where no
    /// history has anything of any of them.
    /// </returns>
    public static IReadOnlyList<string> Shortest(
        History history,
        IReadOnlyList<Violation> violations
    )
    {
        var excerpts = new Excerpts(history, violations);
        var told = violations
            .Select(v => (v.What, Things: excerpts.Of(v)))
            .Where(e => e.Things.Count > 0)
            .ToList();
        if (told.Count == 0)
            return [];

        var (what, things) = told.MinBy(e => e.Things.Count);
        return [what, .. Cut(things.Select(Line).ToList())];
    }

    /// <summary>In order of time; what is and did not happen comes last.</summary>
    private List<Thing> Of(Violation violation) =>
        [
            .. SubjectsOf(violation)
                .SelectMany(s => _things[s])
                .Distinct()
                .OrderBy(t => t.At ?? DateTimeOffset.MaxValue),
        ];

    private IEnumerable<string> SubjectsOf(Violation violation) =>
        violation.About.SelectMany(s =>
            Subject.RowOf(s) is { } row && _sources.TryGetValue(row, out var keys)
                ? keys.Prepend(s)
                : [s]
        );

    private static string Line(Thing thing)
    {
        var time = thing.At?.UtcDateTime.ToString(
            "yyyy-MM-dd HH:mm:ss.fff",
            CultureInfo.InvariantCulture
        );
        return $"{time ?? "at the end", -23}  {thing.Text()}";
    }

    private static IReadOnlyList<string> Cut(List<string> lines) =>
        lines.Count <= MaxLines
            ? lines
            :
            [
                .. lines.Take(MaxLines / 2),
                $"… {lines.Count - MaxLines} more …",
                .. lines.TakeLast(MaxLines / 2),
            ];
}
