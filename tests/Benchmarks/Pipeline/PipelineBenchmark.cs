using System.Diagnostics;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// The holds of <see cref="HoldsBenchmark"/> while the whole pipeline runs on the machine: relay,
/// six groups and brokers; and how long until everything is drained. Against pgbench, statement by
/// statement, which has the machine for itself.
/// </summary>
internal static class PipelineBenchmark
{
    private const int Customers = 20_000;
    private const int Concerts = 18;
    private const int Rounds = 3;
    private const double LeastRatio = 1;
    private const double DrainLimitSeconds = 60;

    /// <summary>Those of a whole sale.</summary>
    private const int Sale = 100_000;

    private const string Unit = "holds/s";
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(4);

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        await using var system = await OnSaleSystem.CreateAsync(bench.Services, stop);
        await using var peers = await HoldPeers.CreateAsync(system, stop);
        var load = await HoldLoad.PrepareAsync(bench, system, Customers, Concerts, stop);
        if (!bench.IsTrial)
            await peers.FindClientsAsync(peers.Statements, stop);
        await using var host = await system.StartHostAsync(relays: true, stop);
        var (ours, theirs) = (new List<double>(), new List<double>());
        var (drained, p99) = (new List<double>(), new List<double>());
        var wrong = 0L;
        // The first round compiles the code.
        for (var round = 0; round <= bench.Rounds(Rounds); round++)
        {
            var held = await load.RunAsync(host, RoundTime, stop);
            var seconds = await DrainAsync(system, stop);
            var peer = await peers.RunAsync(peers.Statements, RoundTime, stop);
            wrong += held.Refusals + held.Broken;
            bench.Say(
                $"Round {round}: host {Numbers.Short(held.SuccessesPerSecond)} {Unit}, drained "
                    + $"after {Numbers.Short(seconds)} s; statements {Numbers.Short(peer)} {Unit}"
            );
            if (round == 0)
                continue;

            ours.Add(held.SuccessesPerSecond);
            p99.Add(held.P99Ms);
            drained.Add(seconds);
            theirs.Add(peer);
        }

        var (sold, drain) = bench.IsTrial
            ? (0, 0)
            : await SellAsync(bench, system, load, host, stop);
        var outcome = new Outcome(
            "pipeline",
            new Measure("host, all running", Unit, new Series(ours)),
            new Measure("pgbench alone, statement by statement", Unit, new Series(theirs)),
            [
                new Measure("host, p99", "ms", new Series(p99)),
                new Measure("drained, mails out, after the load", "s", new Series(drained)),
                new Measure($"drained after a sale of {sold}", "s", new Series([drain])),
            ],
            [],
            [
                Check.Equal("refusals and broken connections", 0, wrong),
                await system.VerifyAsync(null, stop),
            ]
        );
        return outcome with
        {
            Bars =
            [
                Bar.AtLeast(LeastRatio, outcome.Ratio, "of pgbench by statements"),
                Bar.Under(DrainLimitSeconds, new Series(drained).Max, "s until all is drained"),
                Bar.Under(DrainLimitSeconds, drain, $"s until {sold} bookings are drained"),
            ],
        };
    }

    /// <summary>One load after the other; then how long until every group is through.</summary>
    private static async Task<(long Sold, double Seconds)> SellAsync(
        Bench bench,
        OnSaleSystem system,
        HoldLoad load,
        HostProcess host,
        CancellationToken stop
    )
    {
        var sold = 0L;
        while (sold < Sale)
            sold += (await load.RunAsync(host, RoundTime, stop)).Successes;
        var seconds = await DrainAsync(system, stop);
        bench.Say($"A sale of {sold}: drained after {Numbers.Short(seconds)} s");
        return (sold, seconds);
    }

    /// <returns>After how many seconds.</returns>
    private static async Task<double> DrainAsync(OnSaleSystem system, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        await system.DrainAsync(stop);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
