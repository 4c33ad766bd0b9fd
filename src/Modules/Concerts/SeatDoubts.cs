using Npgsql;

namespace ConcertReservation.Concerts;

/// <summary>
/// Concerts of which the owner of the seats says another number than we have counted, and since
/// when both numbers stand as they do.
/// </summary>
internal sealed class SeatDoubts(NpgsqlDataSource dataSource)
{
    /// <summary>Whoever is first compares; the next time is after the interval.</summary>
    /// <returns>Whether it is this host's turn.</returns>
    public async Task<bool> TryTakeTurnAsync(TimeSpan interval, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            UPDATE concerts.seat_comparison SET due_at = clock.now() + $1
            WHERE due_at <= (SELECT clock.now())
            """
        );
        command.Parameters.AddWithValue(interval);
        return await command.ExecuteNonQueryAsync(stop) > 0;
    }

    /// <param name="counted">By us.</param>
    /// <param name="owned">By the owner.</param>
    /// <returns>Whether both have stood still for so long.</returns>
    public async Task<bool> NoteAsync(
        long concertId,
        int counted,
        int owned,
        TimeSpan longEnough,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(
            """
            INSERT INTO concerts.seat_doubts AS d (concert_id, counted, owned, since)
            VALUES ($1, $2, $3, clock.now())
            ON CONFLICT (concert_id) DO UPDATE
            SET counted = excluded.counted, owned = excluded.owned,
                since = CASE WHEN (d.counted, d.owned) = (excluded.counted, excluded.owned)
                    THEN d.since ELSE excluded.since END
            RETURNING clock.now() - since >= $4
            """
        );
        command.Parameters.AddWithValue(concertId);
        command.Parameters.AddWithValue(counted);
        command.Parameters.AddWithValue(owned);
        command.Parameters.AddWithValue(longEnough);
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }

    /// <summary>Of these there is no doubt any more.</summary>
    public async Task ForgetAsync(IReadOnlyCollection<long> concertIds, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            "DELETE FROM concerts.seat_doubts WHERE concert_id = ANY($1)"
        );
        command.Parameters.AddWithValue(concertIds.ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }
}
