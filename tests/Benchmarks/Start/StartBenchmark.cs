namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// From the start of a host's process until it says that it is ready, on services that run and a
/// database that is migrated.
/// </summary>
internal static class StartBenchmark
{
    private const int Rounds = 5;
    private const double LimitSeconds = 3;
    private const string Unit = "s";

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        await using var system = await OnSaleSystem.CreateAsync(bench.Services, stop);
        var (seconds, megabytes) = (new List<double>(), new List<double>());
        // The first one migrates.
        for (var round = 0; round <= bench.Rounds(Rounds); round++)
        {
            await using var host = await system.StartHostAsync(relays: true, stop);
            bench.Say($"Round {round}: ready after {Numbers.Short(host.StartSeconds)} {Unit}");
            if (round == 0)
                continue;

            seconds.Add(host.StartSeconds);
            megabytes.Add(host.PeakMegabytes);
        }

        var ready = new Series(seconds);
        return new Outcome(
            "start",
            new Measure("host ready", Unit, ready),
            new Measure("allowed", Unit, new Series([LimitSeconds])),
            [new Measure("memory when ready", "MB", new Series(megabytes))],
            [Bar.Under(LimitSeconds, ready.Max, "s until it is ready")],
            []
        );
    }
}
