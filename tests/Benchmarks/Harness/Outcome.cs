namespace ConcertReservation.Tests.Benchmarks;

/// <summary>A row of the table.</summary>
/// <param name="What">What was measured, in a few words.</param>
/// <param name="Unit">Such as <c>rows/s</c>.</param>
/// <param name="Rounds">One value a round.</param>
internal sealed record Measure(string What, string Unit, Series Rounds);

/// <summary>What is asked of a figure.</summary>
/// <param name="Sentence">What is asked and what came of it.</param>
internal sealed record Bar(string Sentence, bool IsMet)
{
    /// <param name="what">Such as <c>events/s</c>.</param>
    public static Bar AtLeast(double least, double value, string what) =>
        new($"at least {Numbers.Short(least)} {what}: {Numbers.Short(value)}", value >= least);

    /// <param name="what">Such as <c>ms at p99</c>.</param>
    public static Bar Under(double limit, double value, string what) =>
        new($"under {Numbers.Short(limit)} {what}: {Numbers.Short(value)}", value < limit);
}

/// <summary>Whether what was done fast was done right.</summary>
/// <param name="Sentence">What was compared.</param>
/// <param name="Faults">What was found wrong; the first few are enough.</param>
internal sealed record Check(string Sentence, IReadOnlyList<string> Faults)
{
    public bool IsRight => Faults.Count == 0;

    /// <summary>Two numbers that should be equal.</summary>
    public static Check Equal(string sentence, long expected, long actual) =>
        new(
            $"{sentence}: {Numbers.Short(actual)}",
            expected == actual ? [] : [$"{Numbers.Short(expected)} were expected"]
        );
}

/// <summary>What a benchmark found.</summary>
/// <param name="Value">Ours, whose median is the figure.</param>
/// <param name="Peer">What it is compared with, measured in the same run.</param>
/// <param name="Others">Told beside them.</param>
internal sealed record Outcome(
    string Name,
    Measure Value,
    Measure Peer,
    IReadOnlyList<Measure> Others,
    IReadOnlyList<Bar> Bars,
    IReadOnlyList<Check> Checks
)
{
    /// <summary>Further peers, each with the name that its line begins with.</summary>
    public IReadOnlyList<(string Name, Measure Peer)> OtherPeers { get; init; } = [];

    public double Ratio => RatioTo(Peer);

    /// <summary>A fast wrong result is none, and a missed bar is a failure.</summary>
    public bool IsGood => Bars.All(b => b.IsMet) && Checks.All(c => c.IsRight);

    /// <summary>
    /// The last lines of a benchmark, for people and scripts: one for each peer, the first last.
    /// </summary>
    public IReadOnlyList<string> Lines =>
        [.. OtherPeers.Select(p => LineOf(p.Name, p.Peer)), LineOf(Name, Peer)];

    public double RatioTo(Measure peer) => Value.Rounds.Median / peer.Rounds.Median;

    private string LineOf(string name, Measure peer) =>
        $"{name}: {Numbers.Plain(Value.Rounds.Median)} {Value.Unit}, "
        + $"peer: {Numbers.Plain(peer.Rounds.Median)} {peer.Unit}, "
        + $"ratio: {RatioTo(peer).ToString("0.00", Numbers.Culture)}";
}
