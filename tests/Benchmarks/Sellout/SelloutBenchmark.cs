using System.Diagnostics;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// 10,000 seats to 5,000 signed-in customers with money: held and paid over HTTP, confirmed, until
/// CONCERT_SOLD_OUT is in Kafka, and until the last mail is out. Everything on the machine runs.
/// </summary>
internal static class SelloutBenchmark
{
    private const int Customers = 5_000;
    private const int SeatsEach = 2;
    private const int Rounds = 3;
    private const double LimitSeconds = 30;
    private const double MailLimitSeconds = 60;
    private const string Unit = "s";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<Outcome> RunAsync(Bench bench, CancellationToken stop)
    {
        await using var system = await OnSaleSystem.CreateAsync(bench.Services, stop);
        await using var host = await system.StartHostAsync(relays: true, stop);
        var organiser = await Organiser.SignInAsync(host, stop);
        var buyer = new Buyer(host.Http);
        bench.Say($"{Numbers.Short(Customers)} customers sign up and in, and top up");
        var crowd = await Crowd.JoinAsync(system, Customers, stop);
        await Buyer.EachAsync(
            Customers,
            async (i, halt) =>
                await buyer.ChargeAsync(
                    crowd[i],
                    (Rounds + 1) * SeatsEach * Organiser.PriceWon,
                    halt
                ),
            stop
        );

        var (soldOut, mailed, paid) = (new List<double>(), new List<double>(), new List<double>());
        // The first round compiles the code.
        for (var round = 0; round <= bench.Rounds(Rounds); round++)
        {
            var seats = Customers * SeatsEach;
            var concert = await organiser.ScheduleAsync(seats, onSale: true, SeatsEach, stop);
            await system.DrainAsync(stop);
            using var kafka = new SoldOutInKafka(system.Topics);
            var waiting = kafka.WaitAsync(Patience, stop);
            var began = Stopwatch.GetTimestamp();
            await SellAsync(buyer, crowd, concert, stop);
            var sold = Stopwatch.GetElapsedTime(began).TotalSeconds;
            var known = Stopwatch.GetElapsedTime(began, await waiting).TotalSeconds;
            await system.DrainAsync(stop);
            var done = Stopwatch.GetElapsedTime(began).TotalSeconds;
            bench.Say(
                $"Round {round}: all paid after {Numbers.Short(sold)}, sold out in Kafka after "
                    + $"{Numbers.Short(known)}, all mails out after {Numbers.Short(done)} {Unit}"
            );
            if (round == 0)
                continue;

            paid.Add(sold);
            soldOut.Add(known);
            mailed.Add(done);
        }

        return await OutcomeAsync(system, paid, soldOut, mailed, stop);
    }

    private static Task SellAsync(
        Buyer buyer,
        IReadOnlyList<Member> crowd,
        ConcertSeats concert,
        CancellationToken stop
    ) =>
        Buyer.EachAsync(
            Customers,
            async (i, halt) =>
            {
                var first = concert.FirstSeat + (i * SeatsEach);
                var id = await buyer.HoldAsync(
                    crowd[i],
                    concert.ConcertId,
                    [first, first + 1],
                    halt
                );
                await buyer.PayAsync(crowd[i], id, halt);
            },
            stop
        );

    private static async Task<Outcome> OutcomeAsync(
        OnSaleSystem system,
        IReadOnlyList<double> paid,
        IReadOnlyList<double> soldOut,
        IReadOnlyList<double> mailed,
        CancellationToken stop
    )
    {
        var ours = new Series(soldOut);
        var mails = new Series(mailed);
        return new Outcome(
            "sellout",
            new Measure("first request to CONCERT_SOLD_OUT in Kafka", Unit, ours),
            new Measure("allowed", Unit, new Series([LimitSeconds])),
            [
                new Measure("all held and paid", Unit, new Series(paid)),
                new Measure("all groups through, all mails out", Unit, mails),
            ],
            [
                Bar.Under(LimitSeconds, ours.Max, "s until it is sold out in Kafka"),
                Bar.Under(MailLimitSeconds, mails.Max, "s until all mails are out"),
            ],
            [
                Check.Equal(
                    "confirmed reservations",
                    (paid.Count + 1) * Customers,
                    await system.Database.ScalarAsync<long>(
                        "SELECT count(*) FROM reservations.reservations WHERE status = 'CONFIRMED'",
                        stop
                    )
                ),
                await system.VerifyAsync(null, stop),
            ]
        );
    }
}
