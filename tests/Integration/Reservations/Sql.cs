using ConcertReservation.Reservations;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>A look into the database.</summary>
internal static class Sql
{
    public static async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = ReservationsSystem.DataSource.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        await using var row = await command.ExecuteReaderAsync();
        (await row.ReadAsync()).ShouldBeTrue($"No row: {sql}");
        return await row.GetFieldValueAsync<T>(0);
    }

    public static async Task ExecuteAsync(string sql)
    {
        await using var command = ReservationsSystem.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>No host sweeps until the transaction on this connection ends.</summary>
    public static async Task TakeSweepAsync(NpgsqlConnection connection, SweepKind kind)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_advisory_xact_lock(727003, $1)",
            connection
        );
        command.Parameters.AddWithValue((int)kind);
        await command.ExecuteNonQueryAsync();
    }

    public static Task<string> StatusAsync(long reservationId) =>
        ScalarAsync<string>(
            "SELECT status FROM reservations.reservations WHERE id = $1",
            reservationId
        );

    /// <summary>
    /// The events that a reservation has told, in order, such as RESERVATION_CREATED.
    /// </summary>
    public static Task<string[]> EventsAsync(long reservationId) =>
        ScalarAsync<string[]>(
            """
            SELECT coalesce(array_agg(event_type ORDER BY seq), '{}') FROM messaging.outbox
            WHERE key = 'reservation-' || $1
            """,
            reservationId
        );

    /// <summary>The JSON of the last event that a reservation has told.</summary>
    public static Task<string> LastEventAsync(long reservationId) =>
        ScalarAsync<string>(
            """
            SELECT convert_from(body, 'UTF8') FROM messaging.outbox
            WHERE key = 'reservation-' || $1 ORDER BY seq DESC LIMIT 1
            """,
            reservationId
        );
}

/// <summary>The time of the database and so of all hosts; it only goes forward.</summary>
internal static class DatabaseTime
{
    private static double _aheadSeconds;

    public static async Task AdvanceAsync(double seconds)
    {
        _aheadSeconds += seconds;
        await Sql.ExecuteAsync(
            FormattableString.Invariant(
                $"""
                CREATE OR REPLACE FUNCTION clock.now() RETURNS timestamptz
                LANGUAGE sql VOLATILE PARALLEL SAFE
                AS 'SELECT clock_timestamp() + interval ''{_aheadSeconds} seconds'''
                """
            )
        );
    }

    public static Task<DateTimeOffset> NowAsync() =>
        Sql.ScalarAsync<DateTimeOffset>("SELECT clock.now()");
}
