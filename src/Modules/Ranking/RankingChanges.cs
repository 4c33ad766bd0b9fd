using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Ranking;

/// <summary>
/// <c>ranking.changes</c>: the number of the last change that each partition's events made in
/// Redis, remembered where it is not lost. Numbers rise, and none comes twice: neither another
/// Kafka, nor a topic that was made again, nor an old dead letter begins below what Redis has.
/// Redis is written before the transaction commits, so a whole Redis is never behind this.
/// </summary>
internal sealed class RankingChanges(NpgsqlDataSource dataSource)
{
    private const string AddSql = """
        INSERT INTO ranking.changes (topic, partition, number)
        SELECT topic, partition, 0 FROM unnest($1::text[], $2::int[]) AS n (topic, partition)
        ORDER BY topic, partition
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Locked before it draws a number, so that a later one is higher.</summary>
    private const string NextSql = """
        WITH known AS (
            SELECT topic, partition, number FROM ranking.changes
            WHERE (topic, partition) IN (SELECT * FROM unnest($1::text[], $2::int[]))
            ORDER BY topic, partition FOR UPDATE)
        UPDATE ranking.changes AS change SET number = nextval('ranking.change_number')
        FROM known
        WHERE change.topic = known.topic AND change.partition = known.partition
        RETURNING change.topic, change.partition, change.number, known.number
        """;

    /// <summary>
    /// The unit of work changes Redis once more by events of these partitions; until it ends, no
    /// other one does.
    /// </summary>
    public static async Task<IReadOnlyList<RankingChange>> NextAsync(
        UnitOfWork work,
        IReadOnlyCollection<(string Topic, int Partition)> partitions,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(work.Connection);
        foreach (var sql in new[] { AddSql, NextSql })
        {
            var command = new NpgsqlBatchCommand(sql);
            Add(command, partitions.Select(p => p.Topic).ToArray());
            Add(command, partitions.Select(p => p.Partition).ToArray());
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(stop);
        return await ReadAsync(reader, number: 2, expected: 3, stop);
    }

    /// <summary>The last of each partition.</summary>
    public Task<IReadOnlyList<RankingChange>> ReadAsync(CancellationToken stop) =>
        ReadAsync("SELECT topic, partition, number FROM ranking.changes", stop);

    /// <summary>
    /// The same, and none is missing that was in Redis when this was called: its transaction is
    /// waited for.
    /// </summary>
    public Task<IReadOnlyList<RankingChange>> ReadEndedAsync(CancellationToken stop) =>
        ReadAsync(
            """
            SELECT topic, partition, number FROM ranking.changes
            ORDER BY topic, partition FOR SHARE
            """,
            stop
        );

    private async Task<IReadOnlyList<RankingChange>> ReadAsync(string sql, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await ReadAsync(reader, number: 2, expected: null, stop);
    }

    /// <param name="number">The column that has it.</param>
    /// <param name="expected">The column that has it, if one has.</param>
    private static async Task<IReadOnlyList<RankingChange>> ReadAsync(
        NpgsqlDataReader reader,
        int number,
        int? expected,
        CancellationToken stop
    )
    {
        var changes = new List<RankingChange>();
        while (await reader.ReadAsync(stop))
        {
            changes.Add(
                new RankingChange(
                    $"{reader.GetString(0)}/{reader.GetInt32(1)}",
                    reader.GetInt64(number),
                    expected is { } column ? reader.GetInt64(column) : 0
                )
            );
        }

        return changes;
    }

    private static void Add<T>(NpgsqlBatchCommand command, T[] values) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values });
}
