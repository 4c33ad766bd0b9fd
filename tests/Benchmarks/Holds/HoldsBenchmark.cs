namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// Durable holds a second through the HTTP API of a real host, each by a signed-in customer with an
/// Idempotency-Key and under the ticket limit; while nothing is relayed. Against PostgreSQL's own
/// load generator that only writes the rows, hold by hold. In a last round host and database are
/// killed under load; what was answered has to be there, and the whole system is verified.
/// </summary>
internal static class HoldsBenchmark
{
    private const int Customers = 20_000;

    /// <summary>Seats for all rounds at 20,000 holds a second.</summary>
    private const int Concerts = 30;

    private const int Rounds = 5;
    private const double LeastOfStatements = 2.5;
    private const double LeastOfOneStatement = 1.5;
    private const double MostMegabytes = 500;
    private const string Unit = "holds/s";
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(4);

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        await using var postgres = await OwnPostgres.StartAsync(stop);
        await using var system = await OnSaleSystem.CreateAsync(
            bench.Services with
            {
                Postgres = postgres.ConnectionString,
            },
            stop
        );
        await using var peers = await HoldPeers.CreateAsync(system, stop);
        var load = await HoldLoad.PrepareAsync(bench, system, Customers, Concerts, stop);

        var found = new Found();
        var checks = new List<Check> { await Durability.CheckAsync(system.Database, stop) };
        var host = await system.StartHostAsync(relays: false, stop);
        try
        {
            await found.RunAsync(bench, peers, host, postgres, load, stop);
            checks.AddRange(await found.CheckAsync(system.Database, load, stop));
            found.Megabytes = host.PeakMegabytes;
            bench.Say("Host and PostgreSQL are killed under load");
            var killed = await KilledRound.RunAsync(system, postgres, host, load, stop);
            host = await system.StartHostAsync(relays: true, stop);
            bench.Say("All is relayed and applied, and verified");
            checks.AddRange(await killed.CheckAsync(system, stop));
        }
        finally
        {
            await host.DisposeAsync();
        }

        return found.ToOutcome(peers, checks);
    }

    private sealed class Found
    {
        private readonly List<LoadResult> _all = [];
        private readonly List<LoadResult> _ours = [];
        private readonly List<double> _hostTimes = [];
        private readonly List<double> _postgresTimes = [];
        private readonly List<double> _statements = [];
        private readonly List<double> _oneStatement = [];

        public double Megabytes { get; set; }

        public async Task RunAsync(
            Bench bench,
            HoldPeers peers,
            HostProcess host,
            OwnPostgres postgres,
            HoldLoad load,
            CancellationToken stop
        )
        {
            // The first round warms the host, and finds the peers' best numbers of clients.
            if (!bench.IsTrial)
            {
                await peers.FindClientsAsync(peers.Statements, stop);
                await peers.FindClientsAsync(peers.OneStatement, stop);
            }

            for (var round = 0; round <= bench.Rounds(Rounds); round++)
            {
                var (hostTime, postgresTime) = (host.ProcessorTime, postgres.ProcessorTime);
                var ours = await load.RunAsync(host, RoundTime, stop);
                _all.Add(ours);
                hostTime = host.ProcessorTime - hostTime;
                postgresTime = postgres.ProcessorTime - postgresTime;
                var statements = await peers.RunAsync(peers.Statements, RoundTime, stop);
                var oneStatement = await peers.RunAsync(peers.OneStatement, RoundTime, stop);
                bench.Say(
                    $"Round {round}: host {Numbers.Short(ours.SuccessesPerSecond)}, "
                        + $"statements {Numbers.Short(statements)}, "
                        + $"one statement {Numbers.Short(oneStatement)} {Unit}; a hold takes "
                        + $"{Numbers.Short(hostTime.TotalMicroseconds / ours.Answers)} and "
                        + $"{Numbers.Short(postgresTime.TotalMicroseconds / ours.Answers)} us"
                );
                if (round == 0)
                    continue;

                _ours.Add(ours);
                _hostTimes.Add(hostTime.TotalMicroseconds / ours.Answers);
                _postgresTimes.Add(postgresTime.TotalMicroseconds / ours.Answers);
                _statements.Add(statements);
                _oneStatement.Add(oneStatement);
            }
        }

        /// <summary>
        /// What wrk was still waiting for at the end of a round may be there or not.
        /// </summary>
        public async Task<IReadOnlyList<Check>> CheckAsync(
            BenchDatabase database,
            HoldLoad load,
            CancellationToken stop
        )
        {
            var made = _all.Sum(r => r.Successes);
            var there = await database.ScalarAsync<long>(
                "SELECT count(*) FROM reservations.reservations",
                stop
            );
            var mayBeMore = _all.Count * HoldLoad.Connections;
            return
            [
                Check.Equal(
                    "refusals and broken connections",
                    0,
                    _all.Sum(r => r.Refusals + r.Broken)
                ),
                new Check(
                    $"holds answered with 201, and there: {Numbers.Short(made)}",
                    there >= made && there <= made + mayBeMore && there <= load.Taken
                        ? []
                        : [$"{Numbers.Short(there)} are there"]
                ),
            ];
        }

        public Outcome ToOutcome(HoldPeers peers, IReadOnlyList<Check> checks)
        {
            var ours = Of("host, over HTTP, 256 connections", Unit, r => r.SuccessesPerSecond);
            var statements = new Measure(
                $"pgbench, statement by statement, {peers.Statements.Clients} clients",
                Unit,
                new Series(_statements)
            );
            var oneStatement = new Measure(
                $"pgbench, one statement, {peers.OneStatement.Clients} clients",
                Unit,
                new Series(_oneStatement)
            );
            var outcome = new Outcome(
                "holds",
                ours,
                statements,
                [
                    Of("host, p50", "ms", r => r.P50Ms),
                    Of("host, p99", "ms", r => r.P99Ms),
                    new Measure("host, processor time a hold", "us", new Series(_hostTimes)),
                    new Measure("database, the same", "us", new Series(_postgresTimes)),
                    new Measure("host, most memory", "MB", new Series([Megabytes])),
                ],
                [],
                checks
            )
            {
                OtherPeers = [("holds, one statement", oneStatement)],
            };
            return outcome with
            {
                Bars =
                [
                    Bar.AtLeast(LeastOfStatements, outcome.Ratio, "of pgbench by statements"),
                    Bar.AtLeast(
                        LeastOfOneStatement,
                        outcome.RatioTo(oneStatement),
                        "of pgbench in one statement"
                    ),
                    Bar.Under(MostMegabytes, Megabytes, "MB of memory"),
                ],
            };
        }

        private Measure Of(string what, string unit, Func<LoadResult, double> value) =>
            new(what, unit, new Series(_ours.Select(value)));
    }
}
