using System.Diagnostics;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// From a commit until a consumer has the event, on an idle system, one event at a time; against a
/// bare producer's wait for the acknowledgement of the same record.
/// </summary>
internal static class LatencyBenchmark
{
    private const int Rounds = 5;
    private const int Events = 120;

    /// <summary>Above the relay's longest pause: it has nothing to do in between.</summary>
    private const int MinPauseMilliseconds = 55;

    private const int MaxPauseMilliseconds = 85;
    private const double P50LimitMilliseconds = 10;
    private const double P99LimitMilliseconds = 50;
    private const int Seed = 20;

    private const string Unit = "ms";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        var services = bench.Services;
        await using var database = await BenchDatabase.CreateAsync(services.Postgres, stop);
        await using var topics = await BenchTopics.CreateAsync(services.Kafka, stop);
        await using var host = await BenchHost.StartAsync(database, topics, _ => { }, stop);
        host.Open();
        using var producer = new BareProducer(services.Kafka);
        await using var log = new FollowsLog(topics, Topics.Users);
        var run = new Run(host, database, topics, producer, log);

        var (ours, elsewhere, sent) = (new Found(), new Found(), new Found());
        // The first round compiles the code and opens connections.
        for (var round = 0; round <= Rounds; round++)
        {
            var here = await run.RoundAsync(run.CommitAsync, stop);
            var bare = await run.RoundAsync(run.SendAsync, stop);
            var there = await run.RoundAsync(run.CommitElsewhereAsync, stop);
            bench.Say(
                $"Round {round}: commit to consumer p50 {Numbers.Short(here.Median)}, "
                    + $"bare send p50 {Numbers.Short(bare.Median)} {Unit}"
            );
            if (round == 0)
                continue;

            ours.Add(here);
            sent.Add(bare);
            elsewhere.Add(there);
        }

        var value = new Measure("p50 commit to consumer", Unit, ours.Of(50));
        return new Outcome(
            "latency",
            value,
            new Measure("p50 bare producer, send to acknowledged", Unit, sent.Of(50)),
            [
                new Measure("p99 commit to consumer", Unit, ours.Of(99)),
                new Measure("p99 bare producer, send to acknowledged", Unit, sent.Of(99)),
                new Measure("p50 commit by another host to consumer", Unit, elsewhere.Of(50)),
                new Measure("p99 commit by another host to consumer", Unit, elsewhere.Of(99)),
            ],
            [
                Bar.Under(P50LimitMilliseconds, ours.All.Percentile(50), "ms at p50 of all"),
                Bar.Under(P99LimitMilliseconds, ours.All.Percentile(99), "ms at p99 of all"),
            ],
            [log.Order.Judge(run.Count)]
        );
    }

    /// <summary>The rounds of one kind.</summary>
    private sealed class Found
    {
        private readonly List<Series> _rounds = [];
        private readonly List<double> _all = [];

        public Series All => new(_all);

        public void Add(Series round)
        {
            _rounds.Add(round);
            _all.AddRange(round.Values);
        }

        public Series Of(double percent) => new(_rounds.Select(r => r.Percentile(percent)));
    }

    private sealed class Run(
        BenchHost host,
        BenchDatabase database,
        BenchTopics topics,
        BareProducer producer,
        FollowsLog log
    )
    {
        private readonly Random _random = new(Seed);

        /// <summary>Events so far.</summary>
        public int Count { get; private set; }

        /// <returns>Milliseconds of each event.</returns>
        public async Task<Series> RoundAsync(
            Func<DomainEvent, CancellationToken, Task<double>> measure,
            CancellationToken stop
        )
        {
            var milliseconds = new List<double>();
            for (var i = 0; i < Events; i++)
            {
                var pause = _random.Next(MinPauseMilliseconds, MaxPauseMilliseconds);
                await Waiting.PauseAsync(TimeSpan.FromMilliseconds(pause), stop);
                milliseconds.Add(await measure(NextEvent(), stop));
            }

            return new Series(milliseconds);
        }

        /// <summary>As a module commits, on the host that is the relay.</summary>
        public async Task<double> CommitAsync(DomainEvent happened, CancellationToken stop)
        {
            var committed = 0L;
            await using (var scope = host.Services.CreateAsyncScope())
            {
                var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
                await work.BeginAsync(stop);
                // First of all that follows the commit.
                work.AfterCommit(() => committed = Stopwatch.GetTimestamp());
                scope.ServiceProvider.GetRequiredService<Outbox>().Add(happened);
                await work.CommitAsync(stop);
            }

            var seen = await log.SeenAsync(happened.EventId).WaitAsync(Limit, stop);
            return Stopwatch.GetElapsedTime(committed, seen).TotalMilliseconds;
        }

        /// <summary>As another host commits: the relay hears of it by looking.</summary>
        public async Task<double> CommitElsewhereAsync(DomainEvent happened, CancellationToken stop)
        {
            await using (var connection = await database.DataSource.OpenConnectionAsync(stop))
                await OutboxTable.InsertAsync(connection, [OutboxRow.From(happened)], stop);
            var committed = Stopwatch.GetTimestamp();
            var seen = await log.SeenAsync(happened.EventId).WaitAsync(Limit, stop);
            return Stopwatch.GetElapsedTime(committed, seen).TotalMilliseconds;
        }

        public async Task<double> SendAsync(DomainEvent happened, CancellationToken stop)
        {
            var message = CloudEvent.Of(OutboxRow.From(happened));
            var began = Stopwatch.GetTimestamp();
            await producer.SendAsync(topics.Prefix + happened.Topic, message, stop);
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        private UserSignedUp NextEvent()
        {
            Count++;
            return new UserSignedUp
            {
                UserId = Count,
                OccurredAt = DateTimeOffset.UtcNow,
                Version = 1,
                Email = $"customer-{Count}@example.com",
                Name = $"Customer {Count}",
                Language = Languages.Korean,
            };
        }
    }
}
