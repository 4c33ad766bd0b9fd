using System.Buffers.Binary;
using System.Globalization;

namespace ConcertReservation.Messaging;

/// <summary>
/// Where an event id has its place. UUIDv7 starts with its time in milliseconds, so partitions by
/// id are partitions by time: unique across all, and cheap to drop. Ids of other systems, or far
/// from now, go to a table of their own.
/// </summary>
internal static class InboxPartitions
{
    /// <summary>
    /// Longer than any source can repeat an event: Kafka keeps 7 days, the outbox as a rule one.
    /// </summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    /// <summary>The width of one partition.</summary>
    public static readonly TimeSpan Width = TimeSpan.FromDays(7);

    /// <summary>Partitions exist so far ahead of the clock.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    /// <summary>Ids of hosts whose clocks run ahead, by no more than partitions do.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromDays(2);

    /// <summary>A UUIDv7 of a time for which there is a partition.</summary>
    public static bool IsNative(Guid id, DateTimeOffset now)
    {
        if (id.Version != 7)
            return false;

        var milliseconds = Milliseconds(id);
        return milliseconds >= (now - Keep).ToUnixTimeMilliseconds()
            && milliseconds < (now + Tolerance).ToUnixTimeMilliseconds();
    }

    /// <summary>
    /// The starts of all partitions that there should be at this time, oldest first.
    /// </summary>
    public static IEnumerable<DateTimeOffset> Wanted(DateTimeOffset now)
    {
        for (var start = StartOf(now - Keep); start <= now + Ahead; start += Width)
            yield return start;
    }

    /// <summary>No id of this partition is kept any more.</summary>
    public static bool IsPast(DateTimeOffset start, DateTimeOffset now) =>
        start + Width < now - Keep - Tolerance;

    /// <summary>Ids that rows of this time, or of later, carry may be in this partition.</summary>
    public static bool MayHaveIdsOf(DateTimeOffset start, DateTimeOffset time) =>
        time < start + Width + Tolerance;

    public static string NameOf(DateTimeOffset start) =>
        start.ToString("'inbox_'yyyyMMdd", CultureInfo.InvariantCulture);

    public static bool TryParseName(string name, out DateTimeOffset start) =>
        DateTimeOffset.TryParseExact(
            name,
            "'inbox_'yyyyMMdd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out start
        );

    /// <summary>The smallest UUID that a UUIDv7 of this time or later can be.</summary>
    public static Guid LowestId(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        return new Guid(bytes, bigEndian: true);
    }

    private static long Milliseconds(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
    }

    private static DateTimeOffset StartOf(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % Width.Ticks), TimeSpan.Zero);
}
