namespace ConcertReservation.Messaging;

/// <summary>
/// Records that Kafka deleted before the group had read them: our topics are neither compacted nor
/// transactional, so that any offset that does not come is an event lost.
/// </summary>
/// <param name="From">The first that is missing.</param>
/// <param name="To">The next that there is.</param>
internal sealed record OffsetGap(long From, long To)
{
    public long Count => To - From;

    /// <param name="expected">The first record's offset were none missing; negative where only
    /// Kafka knows where its log begins.</param>
    /// <param name="offsets">As they came.</param>
    public static IReadOnlyList<OffsetGap> Of(long expected, IEnumerable<long> offsets)
    {
        List<OffsetGap>? gaps = null;
        foreach (var offset in offsets)
        {
            if (expected >= 0 && offset > expected)
                (gaps ??= []).Add(new OffsetGap(expected, offset));
            expected = offset + 1;
        }

        return gaps ?? (IReadOnlyList<OffsetGap>)[];
    }
}
