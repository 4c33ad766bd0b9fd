using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Reservations;

/// <summary>A seat from columns id, concert_id, price, state, reservation_id, held_until.</summary>
internal static class SeatRow
{
    public static Seat Read(NpgsqlDataReader reader) =>
        new(
            reader.GetInt64(0),
            reader.GetInt64(1),
            new Money(reader.GetInt64(2)),
            Names.ToSeatState(reader.GetString(3)),
            reader.IsDBNull(4) ? null : reader.GetInt64(4),
            reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5)
        );
}

/// <summary>A reservation with what its events tell of concert and customer.</summary>
internal static class ReservationRow
{
    /// <summary>Add the WHERE: <c>r</c> is the reservation.</summary>
    public const string SelectSql = """
        SELECT r.id, r.concert_id, r.customer_id, r.seat_ids, r.total_amount, r.user_email,
            concert.name, coalesce(customer.language, 'ko'), r.status, r.held_until, r.payment_id,
            r.extended_for, r.version
        FROM reservations.reservations r
        JOIN reservations.concerts concert ON concert.id = r.concert_id
        LEFT JOIN reservations.customers customer ON customer.id = r.customer_id
        """;

    public static Reservation Read(NpgsqlDataReader reader) =>
        new(
            new ReservationFacts(
                reader.GetInt64(0),
                reader.GetInt64(1),
                reader.GetInt64(2),
                reader.GetFieldValue<long[]>(3),
                new Money(reader.GetInt64(4)),
                reader.GetString(5),
                reader.GetString(6),
                reader.GetString(7)
            ),
            Names.ToStatus(reader.GetString(8)),
            reader.GetFieldValue<DateTimeOffset>(9),
            reader.IsDBNull(10) ? null : reader.GetInt64(10),
            reader.IsDBNull(11) ? null : reader.GetInt64(11),
            reader.GetInt64(12)
        );
}

/// <summary>Statements with positional parameters.</summary>
internal static class Statements
{
    /// <summary>The ids that a statement finds, in the unit of work.</summary>
    public static async Task<List<long>> ReadIdsAsync(
        this UnitOfWork work,
        string sql,
        CancellationToken stop,
        params object[] values
    )
    {
        await using var command = new NpgsqlCommand(sql, work.Connection);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        var ids = new List<long>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            ids.Add(reader.GetInt64(0));
        return ids;
    }

    /// <summary>
    /// An array of times, some of them null: its type cannot be told from its first value.
    /// </summary>
    public static NpgsqlParameter Times(IEnumerable<DateTimeOffset?> times) =>
        new()
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            Value = times.Select(t => t?.UtcDateTime).ToArray(),
        };

    public static NpgsqlBatchCommand Add(
        this NpgsqlBatch batch,
        string sql,
        params ReadOnlySpan<object> values
    )
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(
                value as NpgsqlParameter ?? new NpgsqlParameter { Value = value }
            );
        batch.BatchCommands.Add(command);
        return command;
    }
}
