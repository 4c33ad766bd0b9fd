using System.Diagnostics;
using Confluent.Kafka;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// A bare consumer that only copies the records, whole as they are, into a table without an index:
/// batch by batch, one transaction each, then the offsets.
/// </summary>
internal static class BareCopy
{
    /// <summary>Larger ones were no faster.</summary>
    private const int BatchRecords = 5_000;

    private const string CopySql = """
        COPY copied (topic, partition, "offset", at, key, header_names, header_values, body)
        FROM STDIN (FORMAT BINARY)
        """;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <returns>Seconds from the first record to the last commit.</returns>
    /// <exception cref="TimeoutException">Not all of them come.</exception>
    public static async Task<double> RunAsync(
        BenchDatabase database,
        BenchTopics topics,
        int records,
        CancellationToken stop
    )
    {
        await database.ExecuteAsync(
            """
            CREATE TABLE copied (topic text, partition int, "offset" bigint, at timestamptz,
                key bytea, header_names text[], header_values bytea[], body bytea)
            """,
            stop
        );
        await using var connection = await database.DataSource.OpenConnectionAsync(stop);
        var seconds = await Task.Factory.StartNew(
            () => Copy(connection, topics, records),
            stop,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        var copied = await database.ScalarAsync<long>("SELECT count(*) FROM copied", stop);
        return copied == records
            ? seconds
            : throw new InvalidOperationException($"Copied {copied} of {records} records.");
    }

    private static double Copy(NpgsqlConnection connection, BenchTopics topics, int records)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = topics.BootstrapServers,
                GroupId = $"{topics.Prefix}copy-{Guid.NewGuid():N}",
                EnableAutoCommit = false,
                AutoOffsetReset = AutoOffsetReset.Earliest,
                PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            }
        ).Build();
        consumer.Subscribe(topics.Partitions.Select(p => p.Topic).Distinct());
        var (began, first) = (Stopwatch.GetTimestamp(), 0L);
        var batch = new List<ConsumeResult<byte[], byte[]>>(BatchRecords);
        for (var copied = 0; copied < records; )
        {
            if (Stopwatch.GetElapsedTime(began) > Limit)
                throw new TimeoutException($"Copied only {copied} of {records} records.");
            if (consumer.Consume(Poll) is not { } record)
                continue;

            if (first == 0)
                first = Stopwatch.GetTimestamp();
            batch.Add(record);
            if (batch.Count < BatchRecords && copied + batch.Count < records)
                continue;

            Write(connection, batch);
            consumer.Commit();
            copied += batch.Count;
            batch.Clear();
        }

        var seconds = Stopwatch.GetElapsedTime(first).TotalSeconds;
        consumer.Close();
        return seconds;
    }

    private static void Write(
        NpgsqlConnection connection,
        IReadOnlyList<ConsumeResult<byte[], byte[]>> batch
    )
    {
        using var copy = connection.BeginBinaryImport(CopySql);
        foreach (var record in batch)
        {
            copy.StartRow();
            copy.Write(record.Topic, NpgsqlDbType.Text);
            copy.Write(record.Partition.Value, NpgsqlDbType.Integer);
            copy.Write(record.Offset.Value, NpgsqlDbType.Bigint);
            copy.Write(record.Message.Timestamp.UtcDateTime, NpgsqlDbType.TimestampTz);
            copy.Write(record.Message.Key, NpgsqlDbType.Bytea);
            var headers = record.Message.Headers;
            copy.Write(
                headers.Select(h => h.Key).ToArray(),
                NpgsqlDbType.Array | NpgsqlDbType.Text
            );
            copy.Write(
                headers.Select(h => h.GetValueBytes()).ToArray(),
                NpgsqlDbType.Array | NpgsqlDbType.Bytea
            );
            copy.Write(record.Message.Value, NpgsqlDbType.Bytea);
        }

        copy.Complete();
    }
}
