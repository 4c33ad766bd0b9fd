using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Ranking;

/// <summary>
/// <c>ranking.applied</c>: what went into Redis, remembered where it is not lost. Redis is written
/// before the transaction commits, so a whole Redis is never behind this.
/// </summary>
internal sealed class AppliedPositions(NpgsqlDataSource dataSource)
{
    /// <summary>Moves the positions on in the unit of work.</summary>
    /// <returns>Where they were before; a partition that is not there had none.</returns>
    public static async Task<IReadOnlyList<LogPosition>> AdvanceAsync(
        UnitOfWork work,
        IReadOnlyList<LogPosition> newest,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(work.Connection);
        var before = new NpgsqlBatchCommand(
            """
            SELECT incarnation, topic, partition, a.next_offset FROM ranking.applied a
            JOIN unnest($1::text[], $2::text[], $3::int[], $4::bigint[])
                AS n (incarnation, topic, partition, next_offset)
                USING (incarnation, topic, partition)
            """
        );
        var advance = new NpgsqlBatchCommand(
            """
            INSERT INTO ranking.applied AS a (incarnation, topic, partition, next_offset)
            SELECT incarnation, topic, partition, next_offset
            FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[])
                AS n (incarnation, topic, partition, next_offset)
            ORDER BY 1, 2, 3
            ON CONFLICT (incarnation, topic, partition) DO UPDATE
            SET next_offset = greatest(a.next_offset, excluded.next_offset), moved_at = clock.now()
            """
        );
        foreach (var command in new[] { before, advance })
        {
            Add(command, newest.Select(p => p.Incarnation).ToArray());
            Add(command, newest.Select(p => p.Topic).ToArray());
            Add(command, newest.Select(p => p.Partition).ToArray());
            Add(command, newest.Select(p => p.NextOffset).ToArray());
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(stop);
        return await reader.ReadLogPositionsAsync(stop);
    }

    /// <summary>All of them, those of the newest incarnation of Kafka first.</summary>
    public async Task<IReadOnlyList<LogPosition>> ReadAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT incarnation, topic, partition, next_offset FROM ranking.applied
            ORDER BY max(moved_at) OVER (PARTITION BY incarnation) DESC, topic, partition
            """
        );
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadLogPositionsAsync(stop);
    }

    private static void Add<T>(NpgsqlBatchCommand command, T[] values) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values });
}
