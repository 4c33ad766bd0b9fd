using System.Diagnostics;
using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>Measures, on the active relay, how many rows wait and how old the oldest is.</summary>
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

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Counting a long backlog takes its time: at most one part in so many is spent on it.
    /// </summary>
    private const int IdleParts = 20;

    /// <summary>
    /// Samples until done. A host that is the relay no more says 0, so that the sum over all hosts,
    /// and their maximum, is what the present relay says.
    /// </summary>
    public async Task SampleAsync(CancellationToken done)
    {
        await SampleUntilAsync(done);
        MessagingTelemetry.OutboxDepth.Record(0);
        MessagingTelemetry.OutboxOldestAge.Record(0);
    }

    private async Task SampleUntilAsync(CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                await SampleOnceAsync(done);
            }
            catch (Exception e)
                when (e is NpgsqlException or OperationCanceledException || DatabaseFaults.IsAway(e)
                )
            {
                // A measure missed: whoever watches sees the gap, and the
                // relay itself says what is wrong.
            }

            var spent = Stopwatch.GetElapsedTime(began);
            var pause = spent * IdleParts > Interval ? spent * IdleParts : Interval;
            await Task.Delay(pause, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SampleOnceAsync(CancellationToken stop)
    {
        var position = store.Position;
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(XidParameters.Of(position.From.Xmax));
        command.Parameters.Add(XidParameters.Of(position.From.InProgress));
        command.Parameters.Add(
            new NpgsqlParameter<string?> { TypedValue = position.To?.ToString() }
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position.LastSeq });
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        MessagingTelemetry.OutboxDepth.Record(reader.GetInt64(0));
        MessagingTelemetry.OutboxOldestAge.Record(reader.GetDouble(1));
    }
}
