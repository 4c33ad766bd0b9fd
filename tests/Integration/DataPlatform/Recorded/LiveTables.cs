using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.DataPlatform.Recorded;

/// <summary>
/// What the modules' own tables say of things, in the words of the audit trail; but for what no
/// event tells: that a payment is under way, and how far a hold was extended. When something
/// happened, and why, they keep no longer than their outbox does.
/// </summary>
internal static class LiveTables
{
    private const string Sql = """
        SELECT 'reservation/' || r.id, jsonb_build_object(
            'version', r.version, 'concertId', r.concert_id, 'customerId', r.customer_id,
            'status', CASE r.status WHEN 'PAYING' THEN 'HELD' ELSE r.status END,
            'seatIds', r.seat_ids, 'amount', r.total_amount,
            'createdAt', pg_temp.wire(r.created_at),
            'heldUntil', pg_temp.wire(r.created_at + make_interval(secs => c.hold_seconds)),
            'confirmedAt', pg_temp.at('reservation-' || r.id, 'RESERVATION_CONFIRMED'),
            'endedAt', CASE WHEN r.status IN ('EXPIRED', 'CANCELLED')
                THEN pg_temp.at('reservation-' || r.id, 'RESERVATION_' || r.status) END,
            'reason', pg_temp.reason('reservation-' || r.id, 'RESERVATION_CANCELLED'),
            'paymentId', CASE WHEN r.status IN ('CONFIRMED', 'CANCELLED') THEN r.payment_id END)
        FROM reservations.reservations r JOIN concerts.concerts c ON c.id = r.concert_id
        UNION ALL
        SELECT 'payment/' || p.id, jsonb_build_object(
            'version', p.version, 'reservationId', p.reservation_id, 'customerId', p.customer_id,
            'status', CASE p.status WHEN 'UNKNOWN' THEN 'STARTED' ELSE p.status END,
            'amount', p.amount, 'method', p.method, 'reason', p.reason,
            'startedAt', pg_temp.wire(p.started_at),
            'completedAt', pg_temp.at('payment-' || p.id, 'PAYMENT_COMPLETED'),
            'failedAt', pg_temp.at('payment-' || p.id, 'PAYMENT_FAILED'),
            'refundRequestedAt', pg_temp.at('payment-' || p.id, 'PAYMENT_REFUND_REQUESTED'),
            'refundedAt', pg_temp.at('payment-' || p.id, 'PAYMENT_REFUNDED'))
        FROM payments.payments p
        UNION ALL
        SELECT 'concert/' || c.id, jsonb_build_object(
            'version', c.version, 'status', c.status, 'name', c.name, 'artist', c.artist,
            'venue', c.venue, 'startsAt', pg_temp.wire(c.starts_at),
            'bookingStartTime', pg_temp.wire(c.booking_start_time), 'totalSeats', c.total_seats,
            'ticketsPerCustomer', c.tickets_per_customer, 'holdSeconds', c.hold_seconds,
            'sections', c.sections, 'soldOutTime', pg_temp.wire(c.sold_out_time),
            'scheduledAt', pg_temp.at('concert-' || c.id, 'CONCERT_SCHEDULED'),
            'cancelledAt', pg_temp.at('concert-' || c.id, 'CONCERT_CANCELLED'),
            'reason', pg_temp.reason('concert-' || c.id, 'CONCERT_CANCELLED'))
        FROM concerts.concerts c
        UNION ALL
        SELECT 'customer/' || u.id, jsonb_build_object(
            'version', u.version, 'signedUpAt', pg_temp.wire(u.signed_up_at),
            'deletedAt', pg_temp.wire(u.deleted_at),
            'email', CASE WHEN u.deleted_at IS NULL THEN u.email END,
            'name', CASE WHEN u.deleted_at IS NULL THEN u.name END,
            'language', CASE WHEN u.deleted_at IS NULL THEN u.language END)
        FROM accounts.customers u
        """;

    /// <summary>What <see cref="Sql"/> calls; a connection of the pool may have them.</summary>
    private static readonly string[] Functions =
    [
        "DROP FUNCTION IF EXISTS pg_temp.at",
        "DROP FUNCTION IF EXISTS pg_temp.reason",
        "DROP FUNCTION IF EXISTS pg_temp.wire",
        """
            CREATE FUNCTION pg_temp.wire(timestamptz) RETURNS text LANGUAGE sql
                RETURN to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            """,
        """
            CREATE FUNCTION pg_temp.at(text, text) RETURNS text LANGUAGE sql
                RETURN (SELECT pg_temp.wire(occurred_at) FROM messaging.outbox
                    WHERE key = $1 AND event_type = $2 ORDER BY version DESC LIMIT 1)
            """,
        """
            CREATE FUNCTION pg_temp.reason(text, text) RETURNS text LANGUAGE sql
                RETURN (SELECT convert_from(body, 'UTF8')::jsonb ->> 'reason' FROM messaging.outbox
                    WHERE key = $1 AND event_type = $2 ORDER BY version DESC LIMIT 1)
            """,
    ];

    /// <summary>By kind and id, as the path of the audit trail has them.</summary>
    public static async Task<IReadOnlyDictionary<string, JsonObject>> ReadAsync(
        TestDatabase database
    )
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        foreach (var sql in Functions.Append(Sql))
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            batch.BatchCommands.Add(command);
        }

        await using var rows = await batch.ExecuteReaderAsync();
        var things = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        while (await rows.ReadAsync())
            things[rows.GetString(0)] = JsonNode.Parse(rows.GetString(1))!.AsObject();
        return things;
    }

    /// <returns>What the trail says otherwise; nothing where all agrees.</returns>
    public static IReadOnlyList<string> Differences(JsonObject live, Answer trail) =>
        [
            .. live.Select(member =>
                    (
                        member.Key,
                        Live: JsonElement.Parse(member.Value?.ToJsonString() ?? "null"),
                        Told: member.Key == "version"
                            ? trail["version"]
                            : trail["state"].GetProperty(member.Key)
                    )
                )
                .Where(m => !JsonElement.DeepEquals(m.Live, m.Told))
                .Select(m => $"{m.Key} was {m.Live} and is told as {m.Told}"),
        ];
}
