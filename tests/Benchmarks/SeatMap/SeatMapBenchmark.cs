namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// The seat map of 50,000 seats, read again and again by some readers at once; and by readers who
/// have the newest one already.
/// </summary>
internal static class SeatMapBenchmark
{
    private const int Seats = 50_000;
    private const int Readers = 8;
    private const int Rounds = 5;
    private const double LimitMilliseconds = 20;
    private const string Unit = "ms";
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(3);

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        await using var system = await OnSaleSystem.CreateAsync(bench.Services, stop);
        await using var host = await system.StartHostAsync(relays: true, stop);
        var organiser = await Organiser.SignInAsync(host, stop);
        var concert = await organiser.ScheduleAsync(Seats, onSale: true, 4, stop);
        await system.DrainAsync(stop);
        var address = $"/api/concerts/{concert.ConcertId}/seats";
        var (tag, bytes) = await FindTagAsync(host, address, stop);

        var (whole, unchanged) = (new List<LoadResult>(), new List<LoadResult>());
        // The first round compiles the code.
        for (var round = 0; round <= bench.Rounds(Rounds); round++)
        {
            var read = await ReadAsync(system, host, new LoadRequest("GET", address), stop);
            var same = await ReadAsync(
                system,
                host,
                new LoadRequest("GET", address, Header: $"If-None-Match: {tag}"),
                stop
            );
            bench.Say(
                $"Round {round}: p99 {Numbers.Short(read.P99Ms)} {Unit}, "
                    + $"unchanged {Numbers.Short(same.P99Ms)} {Unit}"
            );
            if (round == 0)
                continue;

            whole.Add(read);
            unchanged.Add(same);
        }

        var p99 = new Series(whole.Select(r => r.P99Ms));
        return new Outcome(
            "seatmap",
            new Measure($"p99 of {Readers} readers, {Numbers.Short(bytes)} bytes", Unit, p99),
            new Measure("allowed", Unit, new Series([LimitMilliseconds])),
            [
                new Measure("p50", Unit, new Series(whole.Select(r => r.P50Ms))),
                new Measure("reads", "reads/s", new Series(whole.Select(r => r.AnswersPerSecond))),
                new Measure("304, p99", Unit, new Series(unchanged.Select(r => r.P99Ms))),
                new Measure(
                    "304",
                    "reads/s",
                    new Series(unchanged.Select(r => r.AnswersPerSecond))
                ),
            ],
            [Bar.Under(LimitMilliseconds, p99.Median, "ms at p99")],
            [
                Check.Equal(
                    "reads refused or broken",
                    0,
                    whole.Concat(unchanged).Sum(r => r.Refusals + r.Broken)
                ),
            ]
        );
    }

    private static async Task<LoadResult> ReadAsync(
        OnSaleSystem system,
        HostProcess host,
        LoadRequest request,
        CancellationToken stop
    )
    {
        var file = Path.Combine(system.Folder, "seats.txt");
        await Wrk.WriteAsync(file, [request], stop);
        return await Wrk.RunAsync(host.Url, file, Readers, RoundTime, stop, again: true);
    }

    private static async Task<(string Tag, int Bytes)> FindTagAsync(
        HostProcess host,
        string address,
        CancellationToken stop
    )
    {
        var uri = new Uri(address, UriKind.Relative);
        using var map = await host.Http.GetAsync(uri, stop);
        var tag = map.Headers.ETag!.ToString();
        using var again = new HttpRequestMessage(HttpMethod.Get, uri);
        again.Headers.TryAddWithoutValidation("If-None-Match", tag);
        using var unchanged = await host.Http.SendAsync(again, stop);
        return unchanged.StatusCode == System.Net.HttpStatusCode.NotModified
            ? (tag, (await map.Content.ReadAsByteArrayAsync(stop)).Length)
            : throw new InvalidOperationException(
                $"An unchanged map was answered with {(int)unchanged.StatusCode}."
            );
    }
}
