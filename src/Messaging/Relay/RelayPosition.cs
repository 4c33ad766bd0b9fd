namespace ConcertReservation.Messaging;

/// <summary>
/// How far the relay is: everything that <see cref="From"/> shows is in Kafka, and of what
/// <see cref="To"/> shows beyond that, the rows up to <see cref="LastSeq"/>.
/// </summary>
/// <param name="To">null between two windows.</param>
/// <param name="LastSeq">0 before the first page of a window.</param>
/// <param name="Incarnation">The Kafka that this is true of; null before the first.</param>
internal sealed record RelayPosition(Snapshot From, Snapshot? To, long LastSeq, string? Incarnation)
{
    /// <summary>Nothing is in this Kafka yet.</summary>
    public static RelayPosition Start(string incarnation) =>
        new(Snapshot.Nothing, null, 0, incarnation);

    /// <summary>A window was opened that has more rows than a page.</summary>
    public RelayPosition Opened(Snapshot to) => this with { To = to, LastSeq = 0 };

    /// <summary>A page of the window is done, and more follow.</summary>
    public RelayPosition Reached(long seq) => this with { LastSeq = seq };

    /// <summary>The window's last row is done.</summary>
    public RelayPosition Closed(Snapshot to) => this with { From = to, To = null, LastSeq = 0 };
}
