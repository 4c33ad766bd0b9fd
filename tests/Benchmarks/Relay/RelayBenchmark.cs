using System.Diagnostics;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// A full outbox into three brokers, by the relay as it is, against a bare producer that sends the
/// same bytes from memory.
/// </summary>
internal static class RelayBenchmark
{
    private const int Bookings = 40_000;
    private const int Rounds = 5;
    private const double LeastRatio = 0.6;

    private const string Unit = "rows/s";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        var services = bench.Services;
        var rows = Sale.EventsOf(Bookings);
        await using var database = await BenchDatabase.CreateAsync(services.Postgres, stop);
        await MigrateAsync(services, database, stop);
        bench.Say($"Filling the outbox with {Numbers.Short(rows)} rows");
        await Backlog.FillAsync(database, Sale.Of(Bookings), stop);

        var (relay, bare) = (new List<double>(), new List<double>());
        Check? order = null;
        // The first round compiles the code and fills the caches.
        for (var round = 0; round <= Rounds; round++)
        {
            var peer = rows / await SendBareAsync(services, database, stop);
            var (seconds, check) = await RelayAsync(services, database, rows, stop);
            order = order is { IsRight: false } ? order : check;
            bench.Say(
                $"Round {round}: relay {Numbers.Short(rows / seconds)}, "
                    + $"bare producer {Numbers.Short(peer)} {Unit}"
            );
            if (round == 0)
                continue;

            relay.Add(rows / seconds);
            bare.Add(peer);
        }

        var ours = new Measure("relay, position recorded", Unit, new Series(relay));
        var theirs = new Measure("bare producer, from memory", Unit, new Series(bare));
        var ratio = ours.Rounds.Median / theirs.Rounds.Median;
        return new Outcome(
            "relay",
            ours,
            theirs,
            [],
            [Bar.AtLeast(LeastRatio, ratio, "of the peer")],
            [order!]
        );
    }

    private static async Task MigrateAsync(
        Services services,
        BenchDatabase database,
        CancellationToken stop
    )
    {
        await using var topics = await BenchTopics.CreateAsync(services.Kafka, stop);
        await using var host = await BenchHost.StartAsync(database, topics, _ => { }, stop);
    }

    /// <returns>Seconds from the first row's reading to the record that all are in Kafka.</returns>
    private static async Task<(double Seconds, Check Order)> RelayAsync(
        Services services,
        BenchDatabase database,
        int rows,
        CancellationToken stop
    )
    {
        await using var topics = await BenchTopics.CreateAsync(services.Kafka, stop);
        await database.ExecuteAsync(
            """
            UPDATE messaging.relay_position
            SET from_snapshot = '3:3:', to_snapshot = NULL, last_seq = 0
            """,
            stop
        );
        double seconds;
        await using (var host = await BenchHost.StartAsync(database, topics, _ => { }, stop))
        {
            GC.Collect();
            var began = Stopwatch.GetTimestamp();
            host.Open();
            await Waiting.UntilAsync(
                "the relay has recorded that everything is in Kafka",
                () => IsRelayedAsync(database, stop),
                Limit,
                stop
            );
            seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        return (seconds, LogOrder.Read(topics).Judge(rows));
    }

    private static Task<bool> IsRelayedAsync(BenchDatabase database, CancellationToken stop) =>
        database.ScalarAsync<bool>(
            """
            SELECT to_snapshot IS NULL
                AND NOT EXISTS (SELECT FROM messaging.outbox
                    WHERE xid >= pg_snapshot_xmax(from_snapshot))
            FROM messaging.relay_position
            """,
            stop
        );

    private static async Task<double> SendBareAsync(
        Services services,
        BenchDatabase database,
        CancellationToken stop
    )
    {
        await using var topics = await BenchTopics.CreateAsync(services.Kafka, stop);
        var messages = await Backlog.ReadAsync(database, topics, stop);
        GC.Collect();
        var began = Stopwatch.GetTimestamp();
        using var producer = new BareProducer(services.Kafka);
        producer.SendAll(messages);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
