using ConcertReservation.Verification.Telling;

namespace ConcertReservation.Verification;

/// <summary>What the check of one invariant found.</summary>
/// <param name="Number">As in the list of invariants.</param>
/// <param name="Figures">What was compared, and how much of it.</param>
/// <param name="Violations">The first of them, in words.</param>
/// <param name="Notes">What could not be checked, and why.</param>
internal sealed record Finding(
    int Number,
    string Invariant,
    IReadOnlyList<(string What, long Count)> Figures,
    IReadOnlyList<string> Violations,
    long ViolationCount,
    IReadOnlyList<string> Notes
)
{
    /// <summary>
    /// The shortest history that shows a violation: its first line names it, each other one tells
    /// of one thing that happened or is, in order of time. Empty where there is none.
    /// </summary>
    public IReadOnlyList<string> Shortest { get; init; } = [];

    public bool Holds => ViolationCount == 0;

    /// <summary>Nothing was left unchecked.</summary>
    public bool IsWhole => Notes.Count == 0;

    /// <summary>All that it found wrong, for whoever has to find out why.</summary>
    public string Told =>
        string.Join(Environment.NewLine, [$"{Number} {Invariant}", .. Violations, .. Shortest]);
}

/// <summary>Gathers a <see cref="Finding"/>.</summary>
internal sealed class Inspection(int number, string invariant, History history)
{
    /// <summary>Violations told in words; the rest are counted.</summary>
    private const int Told = 10;

    /// <summary>Violations among which that with the shortest history is looked for.</summary>
    private const int Compared = 100;

    private readonly List<(string, long)> _figures = [];
    private readonly List<Violation> _violations = [];
    private readonly List<string> _notes = [];
    private long _violationCount;

    public void Figure(string what, long count) => _figures.Add((what, count));

    public void Note(string note) => _notes.Add(note);

    public void Require(bool holds, Func<Violation> violation)
    {
        if (!holds)
            Violated(violation());
    }

    public void Violated(Violation violation)
    {
        if (_violationCount++ < Compared)
            _violations.Add(violation);
    }

    /// <summary>Both sides say the same of the same things.</summary>
    /// <param name="about">What a thing is about.</param>
    public void Same<TKey, TValue>(
        string what,
        IReadOnlyDictionary<TKey, TValue> expected,
        IReadOnlyDictionary<TKey, TValue> actual,
        Func<TKey, string> about
    )
        where TKey : notnull
    {
        Figure(what, expected.Count);
        foreach (var (key, value) in expected)
        {
            if (!actual.TryGetValue(key, out var other))
                Violated($"{what}: {key} is missing, expected {value}".About(about(key)));
            else if (!EqualityComparer<TValue>.Default.Equals(value, other))
                Violated($"{what}: {key} is {other}, expected {value}".About(about(key)));
        }

        foreach (var (key, value) in actual.Where(a => !expected.ContainsKey(a.Key)))
            Violated($"{what}: {key} is {value}, expected nothing".About(about(key)));
    }

    public Finding Done() =>
        new(
            number,
            invariant,
            _figures,
            [.. _violations.Take(Told).Select(v => v.What)],
            _violationCount,
            _notes
        )
        {
            Shortest = _violations.Count > 0 ? Excerpts.Shortest(history, _violations) : [],
        };
}
