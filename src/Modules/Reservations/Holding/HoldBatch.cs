using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Messaging;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// One transaction of many holds in two round trips: lock and read, decide here, write
/// and commit. Each statement sees what was committed before it, so what is read after
/// the locks is what they protect.
/// </summary>
internal static class HoldBatch
{
    /// <summary>Of a seat: nobody has it, or its hold has run out.</summary>
    public const string IsClaimable =
        "(state = 'free' OR (state = 'held' AND held_until <= clock.now()))";

    /// <remarks>
    /// A seat that another transaction holds is waited for and looked at again; one that is taken
    /// for sure is not locked at all. Only the seats that come back may be claimed.
    /// </remarks>
    private const string ClaimableSeatsSql = $"""
        SELECT id, concert_id, price, state, reservation_id, held_until
        FROM reservations.seats
        WHERE id = ANY ($1::bigint[]) AND {IsClaimable}
        ORDER BY id
        FOR UPDATE
        """;

    private const string ConcertsSql = """
        SELECT id, name, booking_start_time, starts_at, tickets_per_customer, hold_seconds,
            first_seat_id, total_seats, cancelled_at IS NOT NULL
        FROM reservations.concerts
        WHERE id = ANY ($1::bigint[])
        """;

    private const string AnswersSql = """
        SELECT k.customer_id, k.key, k.fingerprint, k.reservation_id, k.response, k.created_at
        FROM unnest($1::bigint[], $2::text[]) AS asked (customer_id, key)
        JOIN reservations.idempotency_keys k
            ON k.customer_id = asked.customer_id AND k.key = asked.key
        """;

    private const string CustomersSql = """
        SELECT id, language, is_closed FROM reservations.customers WHERE id = ANY ($1::bigint[])
        """;

    private const string NowSql = "SELECT clock.now()";

    private const string HoldSeatsSql = """
        UPDATE reservations.seats s
        SET state = 'held', reservation_id = h.reservation_id, held_until = h.held_until
        FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[])
            AS h (seat_id, reservation_id, held_until)
        WHERE s.id = h.seat_id
        """;

    private const string InsertReservationsSql = """
        INSERT INTO reservations.reservations (id, concert_id, customer_id, total_amount,
            held_until, created_at, version, status, user_email, seat_ids)
        SELECT id, concert_id, customer_id, total_amount, held_until, $8, 1, 'HELD', user_email,
            seat_ids::bigint[]
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[],
            $6::text[], $7::text[])
            AS r (id, concert_id, customer_id, total_amount, held_until, user_email, seat_ids)
        """;

    /// <remarks>A key that is there already is past its time, or it would have answered.</remarks>
    private const string InsertAnswersSql = """
        INSERT INTO reservations.idempotency_keys
            (customer_id, reservation_id, created_at, key, fingerprint, response)
        SELECT customer_id, reservation_id, $6, key, fingerprint, response
        FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bytea[], $5::bytea[])
            AS k (customer_id, reservation_id, key, fingerprint, response)
        ON CONFLICT (customer_id, key) DO UPDATE
        SET reservation_id = excluded.reservation_id, created_at = excluded.created_at,
            fingerprint = excluded.fingerprint, response = excluded.response
        """;

    /// <summary>Begins the transaction, takes the locks and reads.</summary>
    public static async Task<HoldFacts> LockAndReadAsync(
        NpgsqlConnection connection,
        IReadOnlyList<HoldCommand> commands,
        CancellationToken stop
    )
    {
        var concertIds = commands.Select(c => c.ConcertId).Distinct().ToArray();
        var customerIds = commands.Select(c => c.CustomerId).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("BEGIN");
        batch.Add(Locks.SharedConcertsSql, Locks.Of(concertIds));
        batch.Add(Locks.CustomersSql, Locks.Of(customerIds));
        batch.Add(ClaimableSeatsSql, commands.SelectMany(c => c.SeatIds).Distinct().ToArray());
        batch.Add(NowSql);
        batch.Add(ConcertsSql, concertIds);
        batch.Add(AnswersSql, customerIds, commands.Select(c => c.Key).ToArray());
        batch.Add(LiveSeats.CountSql, customerIds, commands.Select(c => c.ConcertId).ToArray());
        batch.Add(CustomersSql, customerIds);
        await batch.PrepareAsync(stop);
        await using var reader = await batch.ExecuteReaderAsync(stop);
        return await ReadFactsAsync(reader, stop);
    }

    /// <summary>Writes the holds and commits.</summary>
    public static async Task WriteAndCommitAsync(
        NpgsqlConnection connection,
        IReadOnlyList<NewHold> holds,
        DateTimeOffset now,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        AddSeats(batch, holds);
        AddReservations(batch, holds, now);
        batch.Add(
            InsertAnswersSql,
            holds.Select(h => h.Command.CustomerId).ToArray(),
            holds.Select(h => h.Reservation.Id).ToArray(),
            holds.Select(h => h.Command.Key).ToArray(),
            holds.Select(h => h.Command.Fingerprint).ToArray(),
            holds.Select(h => h.Body).ToArray(),
            now.UtcDateTime
        );
        var rows = holds.Select(h => OutboxRow.From(h.Event, h.Command.TraceParent)).ToArray();
        OutboxTable.AddParameters(batch.Add(OutboxTable.InsertSql).Parameters, rows);
        batch.Add("COMMIT");
        await batch.PrepareAsync(stop);
        await batch.ExecuteNonQueryAsync(stop);
    }

    private static void AddSeats(NpgsqlBatch batch, IReadOnlyList<NewHold> holds)
    {
        var seats = holds
            .SelectMany(h => h.Reservation.Facts.SeatIds.Select(seatId => (seatId, h.Reservation)))
            .ToArray();
        batch.Add(
            HoldSeatsSql,
            seats.Select(s => s.seatId).ToArray(),
            seats.Select(s => s.Reservation.Id).ToArray(),
            seats.Select(s => s.Reservation.HeldUntil.UtcDateTime).ToArray()
        );
    }

    private static void AddReservations(
        NpgsqlBatch batch,
        IReadOnlyList<NewHold> holds,
        DateTimeOffset now
    )
    {
        var facts = holds.Select(h => h.Reservation.Facts).ToArray();
        batch.Add(
            InsertReservationsSql,
            facts.Select(f => f.Id).ToArray(),
            facts.Select(f => f.ConcertId).ToArray(),
            facts.Select(f => f.CustomerId).ToArray(),
            facts.Select(f => f.TotalAmount.Won).ToArray(),
            holds.Select(h => h.Reservation.HeldUntil.UtcDateTime).ToArray(),
            facts.Select(f => f.UserEmail).ToArray(),
            facts.Select(f => "{" + string.Join(',', f.SeatIds) + "}").ToArray(),
            now.UtcDateTime
        );
    }

    private static async Task<HoldFacts> ReadFactsAsync(
        NpgsqlDataReader reader,
        CancellationToken stop
    )
    {
        // The two counts of locks taken, then what was asked for.
        await reader.NextResultAsync(stop);
        await reader.NextResultAsync(stop);

        var seats = new Dictionary<long, Seat>();
        while (await reader.ReadAsync(stop))
            seats.Add(reader.GetInt64(0), SeatRow.Read(reader));

        await reader.NextResultAsync(stop);
        await reader.ReadAsync(stop);
        var now = reader.GetFieldValue<DateTimeOffset>(0);

        var concerts = new Dictionary<long, ConcertOnSale>();
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            concerts.Add(reader.GetInt64(0), ReadConcert(reader));

        var answers = new Dictionary<(long, string), KeptHold>();
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            // Older ones are no answer any more, whether or not they were swept.
            if (reader.GetFieldValue<DateTimeOffset>(5) <= now - IdempotencyKey.KeptFor)
                continue;

            answers[(reader.GetInt64(0), reader.GetString(1))] = new KeptHold(
                reader.GetFieldValue<byte[]>(2),
                reader.GetInt64(3),
                reader.GetFieldValue<byte[]>(4)
            );
        }

        await reader.NextResultAsync(stop);
        var live = await LiveSeats.ReadAsync(reader, stop);

        var languages = new Dictionary<long, string>();
        var closed = new HashSet<long>();
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            languages.Add(reader.GetInt64(0), reader.GetString(1));
            if (reader.GetBoolean(2))
                closed.Add(reader.GetInt64(0));
        }

        return new HoldFacts(now, concerts, seats, live, answers, languages)
        {
            ClosedCustomers = closed,
        };
    }

    private static ConcertOnSale ReadConcert(NpgsqlDataReader reader) =>
        new(
            reader.GetInt64(0),
            reader.GetString(1),
            reader.GetFieldValue<DateTimeOffset>(2),
            reader.GetFieldValue<DateTimeOffset>(3),
            reader.GetInt32(4),
            reader.GetInt32(5),
            reader.GetInt64(6),
            reader.GetInt32(7),
            reader.GetBoolean(8)
        );
}
