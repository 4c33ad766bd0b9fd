using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>What exists of the outbox's days.</summary>
/// <param name="IsAttached">Part of the outbox.</param>
/// <param name="IsLeaving">A concurrent detach was begun and not finished.</param>
internal sealed record ExistingPartition(OutboxPartition Day, bool IsAttached, bool IsLeaving);

/// <summary>
/// The statements that change partitions. None of them takes a lock on the outbox that a
/// booking or a reader holds, or waits in front of one: built apart and attached, detached
/// concurrently and dropped apart.
/// </summary>
internal sealed class OutboxPartitions(NpgsqlConnection connection)
{
    public async Task<DateTimeOffset> NowAsync(CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("SELECT now()", connection);
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(stop))!);
    }

    /// <summary>
    /// Attached ones, those still to be attached, and those detached and still to be dropped.
    /// </summary>
    public async Task<IReadOnlyList<ExistingPartition>> ListAsync(CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT c.relname, i.inhrelid IS NOT NULL, coalesce(i.inhdetachpending, false)
            FROM pg_class AS c
            LEFT JOIN pg_inherits AS i
                ON i.inhrelid = c.oid AND i.inhparent = 'messaging.outbox'::regclass
            WHERE c.relnamespace = 'messaging'::regnamespace
                AND c.relkind = 'r' AND c.relname ~ '^outbox_[0-9]{8}$'
            ORDER BY c.relname
            """,
            connection
        );
        var partitions = new List<ExistingPartition>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            // Somebody's own table may be named nearly so.
            if (OutboxPartition.TryNamed(reader.GetString(0)) is not { } day)
                continue;

            partitions.Add(new ExistingPartition(day, reader.GetBoolean(1), reader.GetBoolean(2)));
        }

        return partitions;
    }

    public async Task CreateAsync(OutboxPartition day, CancellationToken stop) =>
        await connection.ExecuteAsync(
            $"""
            CREATE TABLE messaging.{day.Name} (LIKE messaging.outbox
                INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE)
            """,
            stop
        );

    public async Task AttachAsync(OutboxPartition day, CancellationToken stop) =>
        await connection.ExecuteAsync(
            $"""
            ALTER TABLE messaging.outbox ATTACH PARTITION messaging.{day.Name}
                FOR VALUES FROM ('{day.From:O}') TO ('{day.To:O}')
            """,
            stop
        );

    public async Task DetachAsync(OutboxPartition day, CancellationToken stop) =>
        await connection.ExecuteAsync(
            $"ALTER TABLE messaging.outbox DETACH PARTITION messaging.{day.Name} CONCURRENTLY",
            stop
        );

    public async Task FinishDetachAsync(OutboxPartition day, CancellationToken stop) =>
        await connection.ExecuteAsync(
            $"ALTER TABLE messaging.outbox DETACH PARTITION messaging.{day.Name} FINALIZE",
            stop
        );

    public async Task DropAsync(OutboxPartition day, CancellationToken stop)
    {
        await connection.ExecuteAsync($"DROP TABLE messaging.{day.Name}", stop);
        await using var command = new NpgsqlCommand(
            "DELETE FROM messaging.outbox_barriers WHERE outbox_partition = $1",
            connection
        )
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = day.Name } },
        };
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// Whether the recorded position has passed every row, in the Kafka that answers now.
    /// </summary>
    public async Task<bool> IsRelayedAsync(
        OutboxPartition day,
        string incarnation,
        CancellationToken stop
    )
    {
        var snapshot = await PassedAsync(incarnation, stop);
        if (snapshot is null)
            return false;

        await using var command = new NpgsqlCommand(
            $"""
            SELECT NOT EXISTS (SELECT FROM messaging.{day.Name} WHERE xid >= $1)
                AND NOT EXISTS (SELECT FROM messaging.{day.Name} WHERE xid = ANY($2))
            """,
            connection
        )
        {
            Parameters = { XidParameters.Of(snapshot.Xmax), XidParameters.Of(snapshot.InProgress) },
        };
        return await command.ExecuteScalarAsync(stop) is true;
    }

    private async Task<Snapshot?> PassedAsync(string incarnation, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            "SELECT from_snapshot::text FROM messaging.relay_position WHERE incarnation = $1",
            connection
        )
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = incarnation } },
        };
        return await command.ExecuteScalarAsync(stop) is string text ? Snapshot.Parse(text) : null;
    }
}
