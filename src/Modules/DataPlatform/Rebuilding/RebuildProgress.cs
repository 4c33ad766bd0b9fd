using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>How far the last rebuild is.</summary>
/// <param name="Events">In the store when it began; 0 before that is known.</param>
internal sealed record StatisticsRebuild(
    string RequestedBy,
    DateTimeOffset StartedAt,
    long Events,
    long Read,
    DateTimeOffset? FinishedAt
);

/// <param name="LastSeq">The events up to this one are in the new tables.</param>
/// <param name="SafeSeq">
/// No event up to this one can still appear; null before there are new tables.
/// </param>
internal readonly record struct RebuildPosition(long LastSeq, long? SafeSeq);

/// <summary>
/// <c>data_platform.rebuild</c>: moves on in the transactions that fill the new tables, so that
/// every host can tell how far they are, and go on from there.
/// </summary>
internal sealed class RebuildProgress(NpgsqlDataSource dataSource)
{
    /// <summary>While one runs, nothing changes.</summary>
    /// <param name="by">Who asked for it; kept.</param>
    public async Task RequestAsync(string by, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            INSERT INTO data_platform.rebuild AS known (requested_by, started_at)
            SELECT $1, clock.now()
            -- Not left to the conflict, which would wait for the page in hand.
            WHERE NOT EXISTS (SELECT FROM data_platform.rebuild WHERE finished_at IS NULL)
            ON CONFLICT (only_row) DO UPDATE
            SET requested_by = excluded.requested_by, started_at = excluded.started_at,
                events = 0, read = 0, safe_seq = NULL, finished_at = NULL
            WHERE known.finished_at IS NOT NULL
            """
        );
        command.Parameters.AddWithValue(by);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <returns>null before the first rebuild.</returns>
    public async Task<StatisticsRebuild?> FindAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT requested_by, started_at, events, read, finished_at FROM data_platform.rebuild"
        );
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (!await reader.ReadAsync(stop))
            return null;

        return new StatisticsRebuild(
            reader.GetString(0),
            reader.GetFieldValue<DateTimeOffset>(1),
            reader.GetInt64(2),
            reader.GetInt64(3),
            reader.TimeAt(4)
        );
    }

    /// <summary>Until the unit of work ends, nobody else goes on with it.</summary>
    /// <returns>null where none runs, or another host has its turn.</returns>
    public static async Task<RebuildPosition?> TakeTurnAsync(
        UnitOfWork work,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT last_seq, safe_seq FROM data_platform.rebuild
            WHERE finished_at IS NULL FOR UPDATE SKIP LOCKED
            """,
            work.Connection
        );
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadAsync(stop)
            ? new RebuildPosition(
                reader.GetInt64(0),
                reader.IsDBNull(1) ? null : reader.GetInt64(1)
            )
            : null;
    }

    /// <summary>There are new tables, and this is to be counted.</summary>
    public static async Task BeginAsync(UnitOfWork work, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE data_platform.rebuild
            SET safe_seq = 0, last_seq = 0, read = 0,
                events = (SELECT count(*) FROM data_platform.events)
            """,
            work.Connection
        );
        // Counting a long history may take longer than the usual limit.
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(stop);
    }

    public static async Task AdvanceAsync(
        UnitOfWork work,
        long lastSeq,
        int read,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE data_platform.rebuild
            SET last_seq = $1, read = read + $2, events = greatest(events, read + $2)
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(lastSeq);
        command.Parameters.AddWithValue(read);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Up to the newest event, while nobody appends.</summary>
    public static Task RaiseAsync(UnitOfWork work, CancellationToken stop) =>
        work.Connection.ExecuteAsync(
            """
            UPDATE data_platform.rebuild
            SET safe_seq = (SELECT max(seq) FROM data_platform.events)
            """,
            stop
        );

    public static async Task FinishAsync(UnitOfWork work, int read, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE data_platform.rebuild
            SET read = read + $1, events = read + $1, finished_at = clock.now()
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(read);
        await command.ExecuteNonQueryAsync(stop);
    }
}
