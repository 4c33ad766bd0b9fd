using System.Globalization;

namespace ConcertReservation.Messaging;

/// <summary>One day (UTC) of the outbox.</summary>
/// <param name="Name">Without the schema, such as <c>outbox_20261120</c>.</param>
internal sealed record OutboxPartition(string Name, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>
    /// Partitions that exist beyond today's: so long may maintenance fail before a booking does.
    /// </summary>
    public const int DaysAhead = 4;

    public static OutboxPartition Of(DateTimeOffset time)
    {
        var day = new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero);
        var name = "outbox_" + day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        return new OutboxPartition(name, day, day.AddDays(1));
    }

    /// <exception cref="FormatException">The name is none of a partition's.</exception>
    public static OutboxPartition Named(string name) =>
        TryNamed(name) ?? throw new FormatException($"{name} is no day of the outbox.");

    /// <returns>null where the name is none of a partition's.</returns>
    public static OutboxPartition? TryNamed(string name) =>
        DateTimeOffset.TryParseExact(
            name,
            "'outbox_'yyyyMMdd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var day
        )
            ? Of(day)
            : null;

    /// <summary>Whether it ended at least <paramref name="keep"/> ago.</summary>
    public bool IsOld(DateTimeOffset now, TimeSpan keep) => To + keep <= now;

    /// <summary>Today's partition and those ahead.</summary>
    public static IEnumerable<OutboxPartition> Wanted(DateTimeOffset now) =>
        Enumerable.Range(0, DaysAhead + 1).Select(i => Of(now.AddDays(i)));
}
