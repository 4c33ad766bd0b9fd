namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// Refusals a second: of seats that others hold, of a concert that is sold out, and of one that is
/// not on sale yet; against the holds of the same host in the same run.
/// </summary>
internal static class RefusalsBenchmark
{
    private const int Customers = 20_000;
    private const int Concerts = 18;
    private const int Rounds = 5;
    private const int SmallConcert = 500;
    private const int RefusalRequests = 60_000;
    private const double LeastRatio = 1.5;
    private const string Unit = "refusals/s";
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(3);

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        await using var system = await OnSaleSystem.CreateAsync(bench.Services, stop);
        var kinds = new List<Kind>();
        var load = await HoldLoad.PrepareAsync(
            bench,
            system,
            Customers,
            Concerts,
            stop,
            async (host, organiser, crowd) =>
                kinds.AddRange(await PrepareAsync(host, organiser, crowd, stop))
        );
        await using var host = await system.StartHostAsync(relays: false, stop);
        var holds = new List<double>();
        var broken = 0L;
        // The first round compiles the code.
        for (var round = 0; round <= bench.Rounds(Rounds); round++)
        {
            var held = await load.RunAsync(host, RoundTime, stop);
            broken += held.Broken + held.Refusals;
            foreach (var kind in kinds)
                await kind.RunAsync(system, host, load, round > 0, stop);
            bench.Say(
                $"Round {round}: holds {Numbers.Short(held.SuccessesPerSecond)} holds/s, "
                    + string.Join(", ", kinds.Select(k => $"{k.Name} {Numbers.Short(k.Last)}"))
                    + $" {Unit}"
            );
            if (round > 0)
                holds.Add(held.SuccessesPerSecond);
        }

        var wrong = kinds.Sum(k => k.Wrong);
        var peer = new Measure("holds of this run", "holds/s", new Series(holds));
        var measures = kinds
            .Select(k => new Measure(k.Name, Unit, new Series(k.Rates)))
            .OrderBy(m => m.Rounds.Median)
            .ToArray();
        return new Outcome(
            "refusals",
            measures[0],
            peer,
            measures[1..],
            [
                .. measures.Select(m =>
                    Bar.AtLeast(
                        LeastRatio,
                        m.Rounds.Median / peer.Rounds.Median,
                        $"of the holds, {m.What}"
                    )
                ),
            ],
            [
                Check.Equal("holds refused and broken connections", 0, broken),
                Check.Equal("refusals that were none", 0, wrong),
                Check.Equal(
                    "reservations of the three concerts, as before",
                    2 * SmallConcert,
                    await ReservationsAsync(system.Database, kinds, stop)
                ),
            ]
        );
    }

    /// <summary>One concert that is held, one that is sold out, one that is not open.</summary>
    private static async Task<Kind[]> PrepareAsync(
        HostProcess host,
        Organiser organiser,
        IReadOnlyList<Member> crowd,
        CancellationToken stop
    )
    {
        var buyer = new Buyer(host.Http);
        var held = await organiser.ScheduleAsync(SmallConcert, onSale: true, 1, stop);
        var sold = await organiser.ScheduleAsync(SmallConcert, onSale: true, 1, stop);
        var closed = await organiser.ScheduleAsync(SmallConcert, onSale: false, 1, stop);
        await Buyer.EachAsync(
            SmallConcert,
            async (i, halt) =>
            {
                var customer = crowd[i];
                await buyer.HoldAsync(customer, held.ConcertId, [held.FirstSeat + i], halt);
                await buyer.ChargeAsync(customer, Organiser.PriceWon, halt);
                long[] seat = [sold.FirstSeat + i];
                var id = await buyer.HoldAsync(customer, sold.ConcertId, seat, halt);
                await buyer.PayAsync(customer, id, halt);
            },
            stop
        );
        return [new("taken", held), new("sold out", sold), new("not on sale", closed)];
    }

    private static async Task<long> ReservationsAsync(
        BenchDatabase database,
        IReadOnlyList<Kind> kinds,
        CancellationToken stop
    )
    {
        await using var command = database.DataSource.CreateCommand(
            """
            SELECT count(*) FROM reservations.reservations WHERE concert_id = ANY ($1)
            """
        );
        command.Parameters.AddWithValue(kinds.Select(k => k.Concert.ConcertId).ToArray());
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    private sealed class Kind(string name, ConcertSeats concert)
    {
        private readonly List<double> _rates = [];

        public string Name => name;

        public ConcertSeats Concert => concert;

        public IReadOnlyList<double> Rates => _rates;

        public double Last { get; private set; }

        /// <summary>Answers that were no refusal, and connections that broke.</summary>
        public long Wrong { get; private set; }

        /// <summary>Distinct customers, each with a key of its own.</summary>
        public async Task RunAsync(
            OnSaleSystem system,
            HostProcess host,
            HoldLoad load,
            bool counts,
            CancellationToken stop
        )
        {
            var file = Path.Combine(system.Folder, "refusals.txt");
            var requests = Enumerable
                .Range(0, RefusalRequests)
                .Select(i =>
                    new HoldRequest(
                        load.Customers[i % load.Customers.Count],
                        Guid.NewGuid().ToString(),
                        concert.ConcertId,
                        concert.FirstSeat + (i % concert.Seats)
                    ).Line
                );
            await Wrk.WriteAsync(file, requests, stop);
            var result = await Wrk.RunAsync(
                host.Url,
                file,
                HoldLoad.Connections,
                RoundTime,
                stop,
                again: true
            );
            Wrong += result.Successes + result.Broken;
            Last = result.AnswersPerSecond;
            if (counts)
                _rates.Add(Last);
        }
    }
}
