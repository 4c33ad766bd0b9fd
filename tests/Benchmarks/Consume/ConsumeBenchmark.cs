using System.Diagnostics;
using ConcertReservation.DataPlatform;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// What is in Kafka, applied by one group: data-platform, which takes every event of every topic,
/// stores it whole and keeps the statistics. Against a bare consumer that only copies the records.
/// </summary>
internal static class ConsumeBenchmark
{
    private const int Bookings = 40_000;
    private const int Rounds = 5;
    private const double LeastPerSecond = 20_000;
    private const double LeastRatio = 0.4;

    private const string Unit = "events/s";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        var services = bench.Services;
        var events = Sale.EventsOf(Bookings);
        await using var topics = await BenchTopics.CreateAsync(services.Kafka, stop);
        bench.Say($"Filling Kafka with {Numbers.Short(events)} events");
        Fill(topics);

        var (group, bare) = (new List<double>(), new List<double>());
        IReadOnlyList<Check> checks = [];
        // The first round compiles the code and fills the caches.
        for (var round = 0; round <= Rounds; round++)
        {
            var peer = events / await CopyAsync(services, topics, events, stop);
            var (rate, found) = await ConsumeAsync(services, topics, events, stop);
            checks = checks.Any(c => !c.IsRight) ? checks : found;
            bench.Say(
                $"Round {round}: group {Numbers.Short(rate)}, "
                    + $"bare consumer {Numbers.Short(peer)} {Unit}"
            );
            if (round == 0)
                continue;

            group.Add(rate);
            bare.Add(peer);
        }

        var ours = new Measure("data-platform, inbox and effects", Unit, new Series(group));
        var theirs = new Measure("bare consumer, COPY into a table", Unit, new Series(bare));
        var ratio = ours.Rounds.Median / theirs.Rounds.Median;
        return new Outcome(
            "consume",
            ours,
            theirs,
            [],
            [
                Bar.AtLeast(LeastPerSecond, ours.Rounds.Median, Unit),
                Bar.AtLeast(LeastRatio, ratio, "of the peer"),
            ],
            checks
        );
    }

    private static void Fill(BenchTopics topics)
    {
        using var producer = new BareProducer(topics.BootstrapServers);
        producer.SendAll([
            .. Sale.Of(Bookings).Select(r => (topics.Prefix + r.Topic, CloudEvent.Of(r))),
        ]);
    }

    private static async Task<double> CopyAsync(
        Services services,
        BenchTopics topics,
        int events,
        CancellationToken stop
    )
    {
        await using var database = await BenchDatabase.CreateAsync(services.Postgres, stop);
        await database.ExecuteAsync("CHECKPOINT", stop);
        GC.Collect();
        return await BareCopy.RunAsync(database, topics, events, stop);
    }

    /// <remarks>
    /// As with the peer, time counts from when events come, not the joining of the group: what was
    /// applied at the first look is not counted.
    /// </remarks>
    private static async Task<(double PerSecond, IReadOnlyList<Check> Checks)> ConsumeAsync(
        Services services,
        BenchTopics topics,
        int events,
        CancellationToken stop
    )
    {
        await using var database = await BenchDatabase.CreateAsync(services.Postgres, stop);
        double rate;
        await using (
            var host = await BenchHost.StartAsync(
                database,
                topics,
                s => new DataPlatformModule().AddServices(s),
                stop
            )
        )
        {
            await database.ExecuteAsync("CHECKPOINT", stop);
            GC.Collect();
            host.Open();
            var before = 0L;
            await Waiting.UntilAsync(
                "the group has applied something",
                async () => (before = await AppliedAsync(database, stop)) > 0,
                Limit,
                stop
            );
            var began = Stopwatch.GetTimestamp();
            await Waiting.UntilAsync(
                "the group has applied everything",
                async () => await AppliedAsync(database, stop) == events,
                Limit,
                stop
            );
            rate = (events - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        return (rate, await CheckAsync(database, events, stop));
    }

    private static Task<long> AppliedAsync(BenchDatabase database, CancellationToken stop) =>
        database.ScalarAsync<long>(
            """
            SELECT coalesce(sum(next_offset), 0)::bigint FROM messaging.consumer_positions
            WHERE consumer_group = 'data-platform'
            """,
            stop
        );

    private static async Task<IReadOnlyList<Check>> CheckAsync(
        BenchDatabase database,
        int events,
        CancellationToken stop
    )
    {
        return
        [
            await CountedAsync("SELECT count(*) FROM messaging.inbox", "ids in the inbox", events),
            await CountedAsync(
                "SELECT count(DISTINCT event_id) FROM data_platform.events",
                "events in the event store",
                events
            ),
            await CountedAsync(
                """
                SELECT count(*) FROM (
                    SELECT version, row_number() OVER (PARTITION BY key ORDER BY seq) AS expected
                    FROM data_platform.events) AS e
                WHERE version <> expected
                """,
                "events out of the order of their keys",
                0
            ),
            await CountedAsync(
                "SELECT sum(bookings + confirmations)::bigint FROM data_platform.concert_totals",
                "bookings and confirmations in the statistics",
                2 * Bookings
            ),
            await CountedAsync(
                "SELECT sum(bookings)::bigint FROM data_platform.customer_hours",
                "bookings in the customers' statistics",
                Bookings
            ),
            await CountedAsync("SELECT count(*) FROM messaging.dead_letters", "dead letters", 0),
        ];

        async Task<Check> CountedAsync(string sql, string what, long expected) =>
            Check.Equal(what, expected, await database.ScalarAsync<long>(sql, stop));
    }
}
