using Npgsql;

namespace ConcertReservation.Ranking;

/// <summary>How far the last rebuild is.</summary>
/// <param name="Events">In the history when it began; 0 before that is known.</param>
/// <param name="RequestedBy">null where Redis had forgotten.</param>
internal sealed record RankingRebuild(
    string? RequestedBy,
    DateTimeOffset StartedAt,
    long Events,
    long Read,
    DateTimeOffset? FinishedAt
);

/// <summary><c>ranking.rebuild</c>, by which every host tells the same.</summary>
internal sealed class RebuildProgress(NpgsqlDataSource dataSource)
{
    /// <summary>
    /// A new one, unless it is about this generation already: who asks for one and who builds it
    /// may come in either order.
    /// </summary>
    public Task BeginAsync(string generation, string? by, CancellationToken stop) =>
        ExecuteAsync(
            """
            WITH same AS (
                UPDATE ranking.rebuild SET requested_by = coalesce(requested_by, $2)
                WHERE generation = $1 RETURNING generation)
            INSERT INTO ranking.rebuild AS known (generation, requested_by, started_at)
            SELECT $1, $2, clock.now() WHERE NOT EXISTS (SELECT FROM same)
            ON CONFLICT (only_row) DO UPDATE
            SET generation = excluded.generation, requested_by = excluded.requested_by,
                started_at = excluded.started_at, events = 0, read = 0, finished_at = NULL
            WHERE known.generation <> excluded.generation
            """,
            stop,
            new NpgsqlParameter<string> { TypedValue = generation },
            new NpgsqlParameter<string?> { TypedValue = by }
        );

    /// <summary>So much of so many events is in the new rankings.</summary>
    public Task AdvanceAsync(string generation, long read, long events, CancellationToken stop) =>
        ExecuteAsync(
            "UPDATE ranking.rebuild SET read = $2, events = $3 WHERE generation = $1",
            stop,
            new NpgsqlParameter<string> { TypedValue = generation },
            new NpgsqlParameter<long> { TypedValue = read },
            new NpgsqlParameter<long> { TypedValue = events }
        );

    public Task FinishAsync(string generation, CancellationToken stop) =>
        ExecuteAsync(
            "UPDATE ranking.rebuild SET finished_at = clock.now() WHERE generation = $1",
            stop,
            new NpgsqlParameter<string> { TypedValue = generation }
        );

    /// <returns>null before the first rebuild.</returns>
    public async Task<RankingRebuild?> FindAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT requested_by, started_at, events, read, finished_at FROM ranking.rebuild"
        );
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (!await reader.ReadAsync(stop))
            return null;

        return new RankingRebuild(
            reader.IsDBNull(0) ? null : reader.GetString(0),
            reader.GetFieldValue<DateTimeOffset>(1),
            reader.GetInt64(2),
            reader.GetInt64(3),
            reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4)
        );
    }

    private async Task ExecuteAsync(
        string sql,
        CancellationToken stop,
        params NpgsqlParameter[] parameters
    )
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(stop);
    }
}
