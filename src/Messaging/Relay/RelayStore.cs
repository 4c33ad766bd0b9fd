using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Another host has become the relay: whatever this one still wants to record, it may not.
/// </summary>
internal sealed class RelayDeposedException()
    : Exception("Another host has taken over as the relay.");

/// <summary>
/// The relay's position in the database; every change of it depends
/// on the epoch of its taking over.
/// </summary>
internal sealed class RelayStore : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private RelayStore(NpgsqlConnection connection, long epoch, RelayPosition position)
    {
        _connection = connection;
        Epoch = epoch;
        Position = position;
    }

    /// <summary>Counts takeovers; a higher one fences off the lower.</summary>
    public long Epoch { get; }

    /// <summary>As last recorded.</summary>
    public RelayPosition Position { get; private set; }

    /// <summary>
    /// Raises the epoch, so that whoever was the relay before can record nothing any more.
    /// </summary>
    public static async Task<RelayStore> TakeOverAsync(
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        var connection = await dataSource.OpenConnectionAsync(stop);
        try
        {
            var (epoch, position) = await RaiseEpochAsync(connection, stop);
            // An incarnation that no Kafka has: the relay starts again from the oldest kept row.
            if (await RestoredDatabase.RenumberAsync(connection, position.From, stop))
                position = RelayPosition.Start("");
            // A position lost in a crash is rows sent twice, no more: no
            // booking waits for its flush to disk.
            await using var command = connection.CreateCommand();
            command.CommandText = "SET synchronous_commit = off";
            await command.ExecuteNonQueryAsync(stop);
            return new RelayStore(connection, epoch, position);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="RelayDeposedException">Another host has taken over.</exception>
    public async Task AdvanceAsync(RelayPosition position, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE messaging.relay_position
            SET from_snapshot = $1::text::pg_snapshot, to_snapshot = $2::text::pg_snapshot,
                last_seq = $3, incarnation = $4, moved_at = clock_timestamp()
            WHERE epoch = $5
            """,
            _connection
        )
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = position.From.ToString() },
                new NpgsqlParameter<string?> { TypedValue = position.To?.ToString() },
                new NpgsqlParameter<long> { TypedValue = position.LastSeq },
                new NpgsqlParameter<string?> { TypedValue = position.Incarnation },
                new NpgsqlParameter<long> { TypedValue = Epoch },
            },
        };
        if (await command.ExecuteNonQueryAsync(stop) == 0)
            throw new RelayDeposedException();

        Position = position;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task<(long Epoch, RelayPosition Position)> RaiseEpochAsync(
        NpgsqlConnection connection,
        CancellationToken stop
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            UPDATE messaging.relay_position SET epoch = epoch + 1
            RETURNING epoch, from_snapshot::text, to_snapshot::text, last_seq, incarnation
            """;
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var position = new RelayPosition(
            Snapshot.Parse(reader.GetString(1)),
            await reader.IsDBNullAsync(2, stop) ? null : Snapshot.Parse(reader.GetString(2)),
            reader.GetInt64(3),
            await reader.IsDBNullAsync(4, stop) ? null : reader.GetString(4)
        );
        return (reader.GetInt64(0), position);
    }
}
