using ConcertReservation.Contracts;
using static ConcertReservation.Tests.Integration.Concerts.ConcertsSystem;

namespace ConcertReservation.Tests.Integration.Concerts;

internal sealed class SoldOutTests
{
    [Test]
    public async Task two_hosts_that_count_the_same_sale_twice_sell_out_once()
    {
        const int Seats = 240;
        var concertId = await CreateAsync(Plan(seats: Seats));
        var sales = Enumerable
            .Range(1, Seats / 2)
            .Select(i => Sale.Of(concertId, seats: 2).Confirmed(Sale.Opening.AddSeconds(i)))
            .ToList();
        Owner.Says(concertId, Seats, sold: Seats);

        await Task.WhenAll(
            sales
                .Concat(Enumerable.Reverse(sales))
                .Chunk(20)
                .Select((batch, i) => AnyHost(i).ReceiveAsync(batch))
        );

        var published = await PublishedAsync(concertId);
        var soldOut = published.Skip(1).ShouldHaveSingleItem().ShouldBeOfType<ConcertSoldOut>();
        soldOut.Version.ShouldBe(2);
        soldOut.TotalSeats.ShouldBe(Seats);
        soldOut.SoldOutTime.ShouldBe(Sale.Opening.AddSeconds(Seats / 2));
        var shown = await ShowAsync(concertId);
        shown["status"]!.GetValue<string>().ShouldBe("SOLD_OUT");
        shown["soldSeats"]!.GetValue<int>().ShouldBe(Seats);
        shown["soldOutTime"]!.GetValue<DateTimeOffset>().ShouldBe(soldOut.SoldOutTime);
    }

    [Test]
    public async Task a_returned_seat_reopens_and_its_next_sale_sells_out_again()
    {
        var concertId = await CreateAsync(Plan(seats: 2));
        var (first, second, third) = (Sale.Of(concertId), Sale.Of(concertId), Sale.Of(concertId));
        Owner.Says(concertId, 2, sold: 2);
        await HostA.ReceiveAsync(first.Confirmed(Sale.Opening), second.Confirmed(Sale.Opening));

        Owner.Says(concertId, 2, sold: 1);
        await HostB.ReceiveAsync(first.Cancelled());
        (await ShowAsync(concertId))["soldOutTime"].ShouldBeNull();
        Owner.Says(concertId, 2, sold: 2);
        await HostA.ReceiveAsync(third.Confirmed(Sale.Opening.AddHours(1)));

        var published = await PublishedAsync(concertId);
        published
            .Select(e => (e.EventType, e.Version))
            .ShouldBe([
                ("CONCERT_SCHEDULED", 1),
                ("CONCERT_SOLD_OUT", 2),
                ("CONCERT_REOPENED", 3),
                ("CONCERT_SOLD_OUT", 4),
            ]);
        ((ConcertReopened)published[2]).AvailableSeats.ShouldBe(1);
        ((ConcertSoldOut)published[3]).SoldOutTime.ShouldBe(Sale.Opening.AddHours(1));
    }

    [Test]
    public async Task an_old_confirmation_does_not_undo_a_cancellation()
    {
        var concertId = await CreateAsync(Plan(seats: 1));
        var sale = Sale.Of(concertId);
        Owner.Says(concertId, 1, sold: 1);

        await HostA.ReceiveAsync(sale.Cancelled());
        await HostB.ReceiveAsync(sale.Confirmed(Sale.Opening));

        (await ShowAsync(concertId))["soldSeats"]!.GetValue<int>().ShouldBe(0);
        (await PublishedAsync(concertId)).ShouldHaveSingleItem();
    }

    [Test]
    public async Task a_hold_that_is_given_back_was_never_sold()
    {
        var concertId = await CreateAsync(Plan(seats: 1));

        await HostA.ReceiveAsync(Sale.Of(concertId).Cancelled(wasConfirmed: false));

        (await ShowAsync(concertId))["soldSeats"]!.GetValue<int>().ShouldBe(0);
    }

    [Test]
    public async Task an_owner_that_agrees_late_is_asked_again()
    {
        var concertId = await CreateAsync(Plan(seats: 1));
        Owner.Says(concertId, 1, sold: 0);
        await HostA.ReceiveAsync(Sale.Of(concertId).Confirmed(Sale.Opening));
        (await PublishedAsync(concertId)).ShouldHaveSingleItem();

        Owner.Says(concertId, 1, sold: 1);

        var published = await Eventually.Becomes(
            "the concert is sold out without another event",
            () => PublishedAsync(concertId),
            p => p.Count == 2
        );
        published[1].ShouldBeOfType<ConcertSoldOut>().SoldOutTime.ShouldBe(Sale.Opening);
    }

    /// <summary>
    /// A small hall changes hands at random; events of one reservation keep their order, those of
    /// different ones do not, some come twice, and the owner is asked at any moment in between.
    /// </summary>
    [Test]
    public async Task however_events_arrive_state_and_truth_agree_in_the_end(
        [Range(1, 25)] int seed
    )
    {
        const int Seats = 3;
        var random = new Random(seed);
        var concertId = await CreateAsync(Plan(seats: Seats));
        var (history, sold) = Play(random, concertId, Seats);
        var waiting = history.ToList();
        var truth = 0;
        var happened = 0;

        while (waiting.Count > 0)
        {
            // The owner runs ahead of its events, by any number of them.
            happened = Math.Max(happened, history.Count - waiting.Count);
            happened = random.Next(happened, history.Count + 1);
            truth = sold[happened];
            Owner.Says(concertId, Seats, truth);
            var batch = TakeBatch(random, waiting, history, happened);
            await AnyHost(random.Next(2)).ReceiveAsync(batch);
        }

        Owner.Says(concertId, Seats, sold[history.Count]);
        var expected = sold[history.Count] == Seats ? "SOLD_OUT" : "SCHEDULED";
        await Eventually.Becomes(
            $"concert {concertId} is {expected}",
            async () => (await ShowAsync(concertId))["status"]!.GetValue<string>(),
            status => status == expected
        );

        var published = await PublishedAsync(concertId);
        published
            .Select(e => e.Version)
            .ShouldBe(Enumerable.Range(1, published.Count).Select(i => (long)i));
        published
            .Skip(1)
            .Select(e => e.EventType)
            .ShouldBe(
                Enumerable
                    .Range(1, published.Count - 1)
                    .Select(i => i % 2 == 1 ? "CONCERT_SOLD_OUT" : "CONCERT_REOPENED")
            );
        (published.Count % 2 == 0).ShouldBe(expected == "SOLD_OUT");
    }

    /// <summary>A history of sales and returns, and the seats sold after each part of it.</summary>
    private static (IReadOnlyList<ReservationEvent> History, IReadOnlyList<int> Sold) Play(
        Random random,
        long concertId,
        int seats
    )
    {
        var history = new List<ReservationEvent>();
        var sold = new List<int> { 0 };
        var live = new List<Sale>();
        while (history.Count < 14)
        {
            if (live.Count == seats || (live.Count > 0 && random.Next(3) == 0))
            {
                var sale = live[random.Next(live.Count)];
                live.Remove(sale);
                history.Add(sale.Cancelled());
            }
            else
            {
                var sale = Sale.Of(concertId);
                live.Add(sale);
                history.Add(sale.Confirmed(Sale.Opening.AddSeconds(history.Count)));
            }

            sold.Add(live.Count);
        }

        return (history, sold);
    }

    /// <summary>
    /// Some events that have happened, in the order of their own reservation only.
    /// </summary>
    private static List<ReservationEvent> TakeBatch(
        Random random,
        List<ReservationEvent> waiting,
        IReadOnlyList<ReservationEvent> history,
        int happened
    )
    {
        var batch = new List<ReservationEvent>();
        var ready = waiting.Where(e => history.Take(happened).Contains(e)).ToList();
        foreach (var reservation in ready.GroupBy(e => e.ReservationId))
        {
            foreach (var told in reservation.Take(random.Next(3)))
            {
                waiting.Remove(told);
                batch.Add(told);
                if (random.Next(4) == 0)
                    batch.Add(told);
            }
        }

        return batch;
    }
}
