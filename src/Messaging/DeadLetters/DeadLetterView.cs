using System.Globalization;
using System.Text;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>A dead letter as operators see it, without the record itself.</summary>
/// <param name="Group">The consumer group that could not apply the record.</param>
/// <param name="Topic">Where the record was, as are partition and offset.</param>
/// <param name="Key">What is not UTF-8 in it is shown as U+FFFD; null where there is none.</param>
/// <param name="Version">The aggregate's version; 0 where the record tells none.</param>
/// <param name="State">waiting, parked, replayed or discarded.</param>
/// <param name="Replayable">False for a group of another system, which alone can replay.</param>
/// <param name="RecordedAt">The record's own timestamp.</param>
/// <param name="ResolvedBy">Who replayed or discarded it.</param>
internal sealed record DeadLetterView(
    long DeadLetterId,
    string Group,
    string Topic,
    int Partition,
    long Offset,
    string? Key,
    Guid? EventId,
    string? EventType,
    long Version,
    string State,
    bool Replayable,
    int FailedReplays,
    string ExceptionType,
    string ExceptionMessage,
    DateTimeOffset RecordedAt,
    DateTimeOffset DeadAt,
    DateTimeOffset? ResolvedAt,
    string? ResolvedBy
)
{
    public const string Columns = """
        dead_letter_id, consumer_group, topic, partition, record_offset, key, event_id, event_type,
        version, status, failed_replays, exception_type, exception_message, recorded_at, dead_at,
        resolved_at, resolved_by
        """;

    /// <summary>How many columns there are: what is selected besides comes after them.</summary>
    public const int ColumnCount = 17;

    public static readonly DeadLetterView Example = new(
        17,
        "notification-service",
        Topics.Reservations,
        Partition: 2,
        Offset: 4_711,
        "reservation-" + Examples.ReservationId.ToString(CultureInfo.InvariantCulture),
        Guid.Parse("019aa1c2-7a30-7cc1-9d5e-6a1f5d1c2b3a", CultureInfo.InvariantCulture),
        "RESERVATION_CREATED",
        Version: 1,
        DeadLetterStatus.Waiting,
        Replayable: true,
        FailedReplays: 0,
        "System.FormatException",
        "The language xx is unknown.",
        Examples.HeldAt,
        Examples.HeldAt.AddSeconds(4),
        ResolvedAt: null,
        ResolvedBy: null
    );

    public static DeadLetterView Read(NpgsqlDataReader reader, AllRoutes routes)
    {
        var group = reader.GetString(1);
        return new DeadLetterView(
            reader.GetInt64(0),
            group,
            reader.GetString(2),
            reader.GetInt32(3),
            reader.GetInt64(4),
            reader.IsDBNull(5) ? null : Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(5)),
            reader.IsDBNull(6) ? null : reader.GetGuid(6),
            reader.IsDBNull(7) ? null : reader.GetString(7),
            reader.GetInt64(8),
            reader.GetString(9),
            routes.Groups.Contains(group),
            reader.GetInt32(10),
            reader.GetString(11),
            reader.GetString(12),
            reader.GetFieldValue<DateTimeOffset>(13),
            reader.GetFieldValue<DateTimeOffset>(14),
            reader.IsDBNull(15) ? null : reader.GetFieldValue<DateTimeOffset>(15),
            reader.IsDBNull(16) ? null : reader.GetString(16)
        );
    }
}
