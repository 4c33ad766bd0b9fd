using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// 5,000 customers run for one concert of 20,000 seats, and each tries again and again for any seat
/// at all: two requests for every seat, of which chance leaves one seat in seven free and refuses
/// more than every second request. Against the holds of the same host that nobody contests.
/// </summary>
internal static class StampedeBenchmark
{
    private const int Customers = 5_000;
    private const int Seats = 20_000;
    private const int Requests = 2 * Seats;
    private const int Rounds = 3;

    /// <summary>For the uncontested holds; each has as many seats as there are customers.</summary>
    private const int Concerts = 40;

    private const int TicketsPerCustomer = 8;
    private const int Seed = 7;
    private const double LeastRatio = 0.5;
    private const double MostP99Milliseconds = 1000;
    private const string Unit = "holds/s";
    private static readonly TimeSpan HoldsTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        await using var system = await OnSaleSystem.CreateAsync(bench.Services, stop);
        var wanted = new List<ConcertSeats>();
        var load = await HoldLoad.PrepareAsync(
            bench,
            system,
            Customers,
            Concerts,
            stop,
            async (_, organiser, _) =>
            {
                for (var i = 0; i <= bench.Rounds(Rounds); i++)
                {
                    wanted.Add(
                        await organiser.ScheduleAsync(Seats, true, TicketsPerCustomer, stop)
                    );
                }
            }
        );
        var (won, calm, p99) = (new List<double>(), new List<double>(), new List<double>());
        var (strange, twice) = (0L, 0L);
        await using (var host = await system.StartHostAsync(relays: false, stop))
        {
            // The first round compiles the code.
            for (var round = 0; round <= bench.Rounds(Rounds); round++)
            {
                var peer = await load.RunAsync(host, HoldsTime, stop);
                var (run, holdsPerSeat) = await StormAsync(system, host, load, wanted[round], stop);
                strange += run.Strange + run.Broken;
                twice += holdsPerSeat.Count(n => n > 1);
                bench.Say(
                    $"Round {round}: stampede {Numbers.Short(run.SuccessesPerSecond)} of "
                        + $"{Numbers.Short(run.AnswersPerSecond)} answers/s, p99 "
                        + $"{Numbers.Short(run.P99Ms)} ms; uncontested "
                        + $"{Numbers.Short(peer.SuccessesPerSecond)} {Unit}"
                );
                if (round == 0)
                    continue;

                won.Add(run.SuccessesPerSecond);
                calm.Add(peer.SuccessesPerSecond);
                p99.Add(run.P99Ms);
            }
        }

        await using var relaying = await system.StartHostAsync(relays: true, stop);
        bench.Say("All is relayed and applied, and verified");
        var outcome = new Outcome(
            "stampede",
            new Measure("201s while seats last", Unit, new Series(won)),
            new Measure("holds that nobody contests", Unit, new Series(calm)),
            [new Measure("p99 of all answers", "ms", new Series(p99))],
            [],
            [
                Check.Equal("answers but 201 and 409, and broken connections", 0, strange),
                Check.Equal("seats given twice", 0, twice),
                await system.VerifyAsync(null, stop),
            ]
        );
        return outcome with
        {
            Bars =
            [
                Bar.AtLeast(LeastRatio, outcome.Ratio, "of the uncontested holds"),
                Bar.Under(MostP99Milliseconds, new Series(p99).Max, "ms at p99"),
            ],
        };
    }

    /// <returns>And how often each seat was given.</returns>
    private static async Task<(LoadResult Run, IReadOnlyList<int> HoldsPerSeat)> StormAsync(
        OnSaleSystem system,
        HostProcess host,
        HoldLoad load,
        ConcertSeats concert,
        CancellationToken stop
    )
    {
        var random = new Random(Seed);
        var file = Path.Combine(system.Folder, "stampede.txt");
        var log = Path.Combine(system.Folder, "stampede-answers.txt");
        var requests = Enumerable
            .Range(0, Requests)
            .Select(i =>
                new HoldRequest(
                    load.Customers[i % Customers],
                    Guid.NewGuid().ToString(),
                    concert.ConcertId,
                    concert.FirstSeat + random.Next(Seats)
                ).Line
            );
        await Wrk.WriteAsync(file, requests, stop);
        var run = await Wrk.RunAsync(host.Url, file, HoldLoad.Connections, Limit, stop, log: log);
        var holdsPerSeat = File.ReadLines(log)
            .Select(body => JsonNode.Parse(body)!["seatIds"]![0]!.GetValue<long>())
            .GroupBy(seat => seat)
            .Select(seat => seat.Count())
            .ToArray();
        return (run, holdsPerSeat);
    }
}
