using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>Measures, on the active relay, how many rows wait and how old the oldest is.</summary>
/// <remarks>
/// A host that is not the relay, or cannot measure, reports nothing: a 0 would call an outage calm.
/// </remarks>
internal sealed class OutboxDepth(NpgsqlDataSource dataSource, RelayStore store)
{
    private const string Sql = """
        SELECT count(*),
            coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8
        FROM (
            SELECT xid, seq, created_at FROM messaging.outbox WHERE xid >= $1
            UNION ALL
            SELECT xid, seq, created_at FROM messaging.outbox WHERE xid = ANY($2)
        ) AS unseen
        WHERE $3::text IS NULL OR seq > $4
            OR NOT pg_visible_in_snapshot(xid, (SELECT $3::text::pg_snapshot))
        """;

    /// <summary>Many millions of rows take their time.</summary>
    private const int CommandTimeoutSeconds = 300;

    /// <summary>
    /// Counting a long backlog takes its time: at most one part in so many is spent on it.
    /// </summary>
    private const int IdleParts = 20;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The last measure of each relay in this process: of one, but in tests.</summary>
    private static readonly ConcurrentDictionary<OutboxDepth, OutboxBacklog> Measured = new();

    static OutboxDepth()
    {
        MessagingTelemetry.Meter.CreateObservableGauge(
            "outbox.depth",
            () => Measured.Values.Select(b => new Measurement<long>(b.Rows)),
            "{row}",
            "Committed rows that Kafka does not have yet."
        );
        MessagingTelemetry.Meter.CreateObservableGauge(
            "outbox.oldest.age",
            () => Measured.Values.Select(b => new Measurement<double>(b.OldestSeconds)),
            "s",
            "Age of the oldest row that Kafka does not have yet."
        );
    }

    /// <summary>Samples until done.</summary>
    public async Task SampleAsync(CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                Measured[this] = await MeasureAsync(done);
            }
            catch (Exception e)
                when (e is NpgsqlException or OperationCanceledException || DatabaseFaults.IsAway(e)
                )
            {
                // The relay itself says what is wrong.
                Measured.TryRemove(this, out _);
            }

            var spent = Stopwatch.GetElapsedTime(began);
            var pause = spent * IdleParts > Interval ? spent * IdleParts : Interval;
            await Task.Delay(pause, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Measured.TryRemove(this, out _);
    }

    private Task<OutboxBacklog> MeasureAsync(CancellationToken stop) =>
        MeasureAsync(dataSource, store.Position, CommandTimeoutSeconds, stop);

    /// <summary>What waits behind a position of the relay.</summary>
    /// <param name="timeoutSeconds">Counting takes longer the more rows wait.</param>
    public static async Task<OutboxBacklog> MeasureAsync(
        NpgsqlDataSource dataSource,
        RelayPosition position,
        int timeoutSeconds,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.CommandTimeout = timeoutSeconds;
        command.Parameters.Add(XidParameters.Of(position.From.Xmax));
        command.Parameters.Add(XidParameters.Of(position.From.InProgress));
        command.Parameters.Add(
            new NpgsqlParameter<string?> { TypedValue = position.To?.ToString() }
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position.LastSeq });
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return new OutboxBacklog(reader.GetInt64(0), reader.GetDouble(1));
    }
}

/// <summary>Committed rows that Kafka does not have yet.</summary>
/// <param name="OldestSeconds">The age of the oldest; 0 where there is none.</param>
internal sealed record OutboxBacklog(long Rows, double OldestSeconds);
