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
    public bool Holds => ViolationCount == 0;

    /// <summary>Nothing was left unchecked.</summary>
    public bool IsWhole => Notes.Count == 0;
}

/// <summary>Gathers a <see cref="Finding"/>.</summary>
internal sealed class Inspection(int number, string invariant)
{
    /// <summary>Violations told in words; the rest are counted.</summary>
    private const int Told = 10;

    private readonly List<(string, long)> _figures = [];
    private readonly List<string> _violations = [];
    private readonly List<string> _notes = [];
    private long _violationCount;

    public void Figure(string what, long count) => _figures.Add((what, count));

    public void Note(string note) => _notes.Add(note);

    public void Require(bool holds, Func<string> violation)
    {
        if (!holds)
            Violated(violation());
    }

    public void Violated(string violation)
    {
        if (_violationCount++ < Told)
            _violations.Add(violation);
    }

    /// <summary>Both sides say the same of the same things.</summary>
    public void Same<TKey, TValue>(
        string what,
        IReadOnlyDictionary<TKey, TValue> expected,
        IReadOnlyDictionary<TKey, TValue> actual
    )
        where TKey : notnull
    {
        Figure(what, expected.Count);
        foreach (var (key, value) in expected)
        {
            if (!actual.TryGetValue(key, out var other))
                Violated($"{what}: {key} is missing, expected {value}");
            else if (!EqualityComparer<TValue>.Default.Equals(value, other))
                Violated($"{what}: {key} is {other}, expected {value}");
        }

        foreach (var (key, value) in actual.Where(a => !expected.ContainsKey(a.Key)))
            Violated($"{what}: {key} is {value}, expected nothing");
    }

    public Finding Done() => new(number, invariant, _figures, _violations, _violationCount, _notes);
}
