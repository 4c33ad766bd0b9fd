namespace ConcertReservation.Messaging;

/// <summary>A partition of a topic as one group reads it.</summary>
internal sealed record GroupPartition(
    string Group,
    int GroupId,
    string Incarnation,
    string Topic,
    int Partition
);
