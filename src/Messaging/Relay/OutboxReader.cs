using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Reads the outbox by the difference of two snapshots: what the new one shows and the last relayed
/// one did not, in the order of seq. Commits that come late and out of order are in the next
/// difference; a long transaction holds up nothing but its own rows.
/// </summary>
internal sealed class OutboxReader : IAsyncDisposable
{
    private const string Columns = """
        seq, xid, topic, key, event_id, event_type, version, occurred_at, module, traceparent,
        extract(epoch FROM clock_timestamp() - created_at)::float8 * 1000
        """;

    /// <summary>
    /// Snapshot and rows in one round trip and of one moment. Bodies come
    /// only where all rows make one page.
    /// </summary>
    private const string NewRowsSql = $"""
        SELECT {Columns}, CASE WHEN count(*) OVER everything <= $3
            AND sum(octet_length(body)) OVER everything <= $4 THEN body END
        FROM (
            SELECT * FROM messaging.outbox WHERE xid >= $1
            UNION ALL
            SELECT * FROM messaging.outbox WHERE xid = ANY($2)
            LIMIT $3 + 1
        ) AS unseen
        WINDOW everything AS ()
        """;

    /// <summary>
    /// Where the rows of a window begin and end: the pages need not pass over what is around.
    /// </summary>
    private const string RangeSql = """
        SELECT coalesce(min(seq), 0), coalesce(max(seq), 0)
        FROM (
            SELECT seq, xid FROM messaging.outbox WHERE xid >= $1 AND xid < $3
            UNION ALL
            SELECT seq, xid FROM messaging.outbox WHERE xid = ANY($2)
        ) AS unseen
        WHERE pg_visible_in_snapshot(xid, (SELECT $4::text::pg_snapshot))
        """;

    private const string PageSql = $"""
        SELECT {Columns}, body
        FROM (
            SELECT *, sum(octet_length(body)) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS bytes
            FROM (
                SELECT * FROM messaging.outbox
                WHERE seq > $1 AND seq <= $2
                    AND pg_visible_in_snapshot(xid, (SELECT $4::text::pg_snapshot))
                    AND NOT pg_visible_in_snapshot(xid, (SELECT $3::text::pg_snapshot))
                ORDER BY seq LIMIT $5
            ) AS due
        ) AS summed
        WHERE bytes - octet_length(body) < $6
        ORDER BY seq
        """;

    /// <summary>A range over many millions of rows takes its time.</summary>
    private const int CommandTimeoutSeconds = 300;

    private readonly NpgsqlConnection _connection;
    private readonly int _pageRows;
    private readonly int _pageBytes;

    // Of the window that is being paged: nothing of it is above.
    private long _lastOfWindow;

    private OutboxReader(NpgsqlConnection connection, int pageRows, int pageBytes)
    {
        _connection = connection;
        _pageRows = pageRows;
        _pageBytes = pageBytes;
    }

    public static async Task<OutboxReader> OpenAsync(
        NpgsqlDataSource dataSource,
        int pageRows,
        int pageBytes,
        CancellationToken stop
    )
    {
        var connection = await dataSource.OpenConnectionAsync(stop);
        var reader = new OutboxReader(connection, pageRows, pageBytes);
        // Fresh partitions have no statistics: without these the planner would
        // sort the whole day for a page.
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SET enable_seqscan = off; SET enable_bitmapscan = off";
            await command.ExecuteNonQueryAsync(stop);
            return reader;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The page after the position; an empty one where nothing is new.</summary>
    public async Task<OutboxPage> ReadAsync(RelayPosition position, CancellationToken stop)
    {
        if (position.To is null)
        {
            var (page, snapshot) = await NewRowsAsync(position, stop);
            if (page is not null)
                return page;

            position = position.Opened(snapshot);
            _lastOfWindow = 0;
        }

        return await NextPageAsync(position, stop);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<(OutboxPage? Page, Snapshot Snapshot)> NewRowsAsync(
        RelayPosition position,
        CancellationToken stop
    )
    {
        // The transaction spans the batch: both statements see the same snapshot.
        await using var batch = new NpgsqlBatch(_connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                new NpgsqlBatchCommand("SELECT pg_current_snapshot()::text"),
                new NpgsqlBatchCommand(NewRowsSql)
                {
                    Parameters =
                    {
                        XidParameters.Of(position.From.Xmax),
                        XidParameters.Of(position.From.InProgress),
                        Number(_pageRows),
                        Number(_pageBytes),
                    },
                },
                new NpgsqlBatchCommand("COMMIT"),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var snapshot = Snapshot.Parse(reader.GetString(0));
        await reader.NextResultAsync(stop);
        var rows = new List<StoredRow>();
        while (await reader.ReadAsync(stop))
        {
            if (await reader.IsDBNullAsync(11, stop))
                return (null, snapshot);
            rows.Add(Row(reader));
        }

        rows.Sort((a, b) => a.Seq.CompareTo(b.Seq));
        return (new OutboxPage(rows, position.Closed(snapshot)), snapshot);
    }

    private async Task<OutboxPage> NextPageAsync(RelayPosition position, CancellationToken stop)
    {
        var to = position.To!;
        if (_lastOfWindow == 0)
        {
            var (first, last) = await RangeAsync(position.From, to, stop);
            position = position.Reached(Math.Max(position.LastSeq, first - 1));
            _lastOfWindow = last;
        }

        await using var command = new NpgsqlCommand(PageSql, _connection)
        {
            CommandTimeout = CommandTimeoutSeconds,
            Parameters =
            {
                Number(position.LastSeq),
                Number(_lastOfWindow),
                Text(position.From),
                Text(to),
                Number(_pageRows),
                Number(_pageBytes),
            },
        };
        var rows = new List<StoredRow>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            rows.Add(Row(reader));

        if (rows.Count > 0 && rows[^1].Seq < _lastOfWindow)
            return new OutboxPage(rows, position.Reached(rows[^1].Seq));

        _lastOfWindow = 0;
        return new OutboxPage(rows, position.Closed(to));
    }

    private async Task<(long First, long Last)> RangeAsync(
        Snapshot from,
        Snapshot to,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(RangeSql, _connection)
        {
            CommandTimeout = CommandTimeoutSeconds,
            Parameters =
            {
                XidParameters.Of(from.Xmax),
                XidParameters.Of(from.InProgress),
                XidParameters.Of(to.Xmax),
                Text(to),
            },
        };
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static StoredRow Row(NpgsqlDataReader reader)
    {
        var row = new OutboxRow(
            reader.GetString(2),
            reader.GetString(3),
            reader.GetGuid(4),
            reader.GetString(5),
            reader.GetInt64(6),
            reader.GetFieldValue<DateTimeOffset>(7),
            reader.GetString(8),
            reader.IsDBNull(9) ? null : reader.GetString(9),
            reader.GetFieldValue<byte[]>(11)
        );
        return new StoredRow(reader.GetInt64(0), row, reader.GetDouble(10));
    }

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value };

    private static NpgsqlParameter<string> Text(Snapshot value) =>
        new() { TypedValue = value.ToString() };
}
