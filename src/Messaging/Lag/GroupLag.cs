namespace ConcertReservation.Messaging;

/// <summary>How far a consumer group is behind, as the brokers know it.</summary>
/// <param name="Group">Ours without the prefix of a shared Kafka, others as it knows them.</param>
/// <param name="IsOurs">This system's hosts run it.</param>
internal sealed record GroupLag(string Group, bool IsOurs, IReadOnlyList<PartitionLag> Partitions)
{
    /// <summary>Over all partitions, in records.</summary>
    public long Lag => Partitions.Sum(p => p.Lag);
}

/// <param name="Topic">Without the prefix.</param>
/// <param name="Committed">
/// The offset that the group goes on from; null where it has committed none.
/// </param>
/// <param name="End">The offset that the next record of the partition gets.</param>
/// <param name="Lag">Records that are there and that the group has not committed.</param>
internal sealed record PartitionLag(
    string Topic,
    int Partition,
    long? Committed,
    long End,
    long Lag
)
{
    public static PartitionLag Of(string topic, int partition, long? committed, Watermarks there)
    {
        // What retention has deleted cannot be read any more: it is no work that waits.
        var next = Math.Max(committed ?? there.Low, there.Low);
        return new(topic, partition, committed, there.High, Math.Max(0, there.High - next));
    }
}
