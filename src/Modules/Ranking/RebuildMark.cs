using ConcertReservation.Contracts;

namespace ConcertReservation.Ranking;

/// <summary>How far the history has to reach before a generation of rankings is whole.</summary>
/// <param name="Needed">Those of the newest incarnation of Kafka first.</param>
internal sealed record RebuildMark(string Generation, IReadOnlyList<LogPosition> Needed)
{
    public static RebuildMark None { get; } = new("", []);

    public IReadOnlyList<RankingPosition> Covered =>
        [.. Needed.Select(p => new RankingPosition(p.LogName, p.NextOffset))];

    /// <summary>
    /// The same at each try: what came since the first one has reached the new keys by itself, and
    /// a history that is a little behind a sale would never reach what is sold by then. A Kafka
    /// that came since asks for another, as nothing more comes from the one before.
    /// </summary>
    /// <param name="applied">What the rankings have now.</param>
    public RebuildMark For(string generation, IReadOnlyList<LogPosition> applied) =>
        generation == Generation && Newest(applied) == Newest(Needed)
            ? this
            : new RebuildMark(generation, applied);

    private static string? Newest(IReadOnlyList<LogPosition> positions) =>
        positions.Count == 0 ? null : positions[0].Incarnation;
}
