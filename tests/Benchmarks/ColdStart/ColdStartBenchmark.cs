namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// Holds in the first five seconds of load on a host that stood idle since its start, against five
/// seconds of the same host once it is warm.
/// </summary>
internal static class ColdStartBenchmark
{
    private const int Customers = 20_000;
    private const int Concerts = 30;
    private const int Rounds = 3;
    private const double LeastRatio = 0.7;
    private const string Unit = "holds/s";
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(5);

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        await using var system = await OnSaleSystem.CreateAsync(bench.Services, stop);
        var load = await HoldLoad.PrepareAsync(bench, system, Customers, Concerts, stop);
        var (cold, warm) = (new List<double>(), new List<double>());
        var wrong = 0L;
        for (var round = 1; round <= bench.Rounds(Rounds); round++)
        {
            await using var host = await system.StartHostAsync(relays: false, stop);
            await Waiting.PauseAsync(Idle, stop);
            var first = await load.RunAsync(host, LoadTime, stop);
            var between = await load.RunAsync(host, LoadTime, stop);
            var later = await load.RunAsync(host, LoadTime, stop);
            wrong += new[] { first, between, later }.Sum(r => r.Refusals + r.Broken);
            cold.Add(first.SuccessesPerSecond);
            warm.Add(later.SuccessesPerSecond);
            bench.Say(
                $"Round {round}: first five seconds {Numbers.Short(cold[^1])}, "
                    + $"warm {Numbers.Short(warm[^1])} {Unit}"
            );
        }

        var outcome = new Outcome(
            "coldstart",
            new Measure("the first five seconds", Unit, new Series(cold)),
            new Measure("the same host, warm", Unit, new Series(warm)),
            [],
            [],
            [Check.Equal("refusals and broken connections", 0, wrong)]
        );
        return outcome with { Bars = [Bar.AtLeast(LeastRatio, outcome.Ratio, "of the warm rate")] };
    }
}
