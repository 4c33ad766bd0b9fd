using System.Diagnostics;
using ConcertReservation.Concerts;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.Modules;
using Microsoft.Extensions.DependencyInjection;
using static ConcertReservation.Tests.Integration.Concerts.ConcertsSystem;

namespace ConcertReservation.Tests.Integration.Concerts;

/// <summary>
/// An event of a sale never comes: its dead letter was dropped, or Kafka had dropped it before. The
/// owner of the seats knows better.
/// </summary>
internal sealed class LostSaleTests
{
    [Test]
    public async Task seats_whose_return_was_never_told_are_on_sale_again()
    {
        var concertId = await OnSaleAsync(seats: 3);
        var (first, second) = (Sale.Of(concertId, seats: 2), Sale.Of(concertId));
        Owner.Says(concertId, 3, first, second);
        await HostA.ReceiveAsync(first.Confirmed(Sale.Opening), second.Confirmed(Sale.Opening));
        (await PublishedAsync(concertId)).Count.ShouldBe(2);

        Owner.Says(concertId, 3, second);

        var published = await Eventually.Becomes(
            "the concert reopens without another event",
            () => PublishedAsync(concertId),
            p => p.Count == 3
        );
        published[2].ShouldBeOfType<ConcertReopened>().AvailableSeats.ShouldBe(2);
        (await SoldSeatsAsync(concertId)).ShouldBe(1);
        // The count goes on from there.
        var third = Sale.Of(concertId, seats: 2);
        Owner.Says(concertId, 3, second, third);
        await HostB.ReceiveAsync(third.Confirmed(Sale.Opening.AddHours(3)));
        published = await PublishedAsync(concertId);
        published.Count.ShouldBe(4);
        published[3].ShouldBeOfType<ConcertSoldOut>().Version.ShouldBe(4);
    }

    [Test]
    public async Task a_sale_that_was_never_told_sells_out()
    {
        var concertId = await OnSaleAsync(seats: 2);
        var (told, untold) = (Sale.Of(concertId), Sale.Of(concertId));
        await HostA.ReceiveAsync(told.Confirmed(Sale.Opening));

        Owner.Says(concertId, 2, told, untold);

        var published = await Eventually.Becomes(
            "the concert is sold out without another event",
            () => PublishedAsync(concertId),
            p => p.Count == 2
        );
        published[1].ShouldBeOfType<ConcertSoldOut>().SoldOutTime.ShouldBe(Sale.Opening);
    }

    [Test]
    public async Task a_sale_that_was_never_told_can_be_given_back()
    {
        var concertId = await OnSaleAsync(seats: 3);
        var (told, untold) = (Sale.Of(concertId), Sale.Of(concertId, seats: 2));
        await HostA.ReceiveAsync(told.Confirmed(Sale.Opening));
        Owner.Says(concertId, 3, told, untold);
        await BelievedAsync(concertId, sold: 3);

        Owner.Says(concertId, 3, told);
        await HostB.ReceiveAsync(untold.Cancelled());

        (await SoldSeatsAsync(concertId)).ShouldBe(1);
        var published = await PublishedAsync(concertId);
        published.Count.ShouldBe(3);
        published[2].ShouldBeOfType<ConcertReopened>().AvailableSeats.ShouldBe(2);
    }

    /// <summary>It was not lost, only later than anybody waits.</summary>
    [Test]
    public async Task a_return_that_is_told_after_all_is_counted_once()
    {
        var concertId = await OnSaleAsync(seats: 2);
        var (first, second) = (Sale.Of(concertId), Sale.Of(concertId));
        Owner.Says(concertId, 2, first, second);
        await HostA.ReceiveAsync(first.Confirmed(Sale.Opening), second.Confirmed(Sale.Opening));
        Owner.Says(concertId, 2, second);
        await BelievedAsync(concertId, sold: 1);

        await HostB.ReceiveAsync(first.Cancelled());

        (await SoldSeatsAsync(concertId)).ShouldBe(1);
        (await PublishedAsync(concertId)).Count.ShouldBe(3);
    }

    [Test]
    public async Task a_sale_that_is_told_after_all_is_counted_once()
    {
        var concertId = await OnSaleAsync(seats: 9);
        var (first, second, third) = (Sale.Of(concertId), Sale.Of(concertId), Sale.Of(concertId));
        Owner.Says(concertId, 9, first, second);
        await BelievedAsync(concertId, sold: 2);

        await HostA.ReceiveAsync(first.Confirmed(Sale.Opening));
        (await SoldSeatsAsync(concertId)).ShouldBe(2);

        // In one batch: of one that was counted, and of one that comes and goes.
        Owner.Says(concertId, 9, first);
        await HostB.ReceiveAsync(
            second.Confirmed(Sale.Opening),
            third.Confirmed(Sale.Opening),
            second.Cancelled(),
            third.Cancelled()
        );
        (await SoldSeatsAsync(concertId)).ShouldBe(1);
    }

    [Test]
    public async Task counts_are_compared_without_reading_seat_maps()
    {
        var concertId = await OnSaleAsync(seats: 2);
        var sale = Sale.Of(concertId);
        Owner.Says(concertId, 2, sale);
        await HostA.ReceiveAsync(sale.Confirmed(Sale.Opening));

        await Eventually.Until("they are compared", () => Owner.CountsOf(concertId) > 2);

        Owner.MapsOf(concertId).ShouldBe(0);
    }

    [Test]
    public async Task one_host_compares_for_all()
    {
        var interval = TimeSpan.FromHours(1);

        await Eventually.Until("it is the one host's turn", () => TryTakeTurnAsync(HostA));
        try
        {
            (await TryTakeTurnAsync(HostB)).ShouldBeFalse();
        }
        finally
        {
            await Database.ExecuteAsync("UPDATE concerts.seat_comparison SET due_at = clock.now()");
        }

        Task<bool> TryTakeTurnAsync(ModuleHost host) =>
            host
                .Services.GetRequiredService<SeatDoubts>()
                .TryTakeTurnAsync(interval, CancellationToken.None);
    }

    /// <summary>Sales go on: the two numbers are apart, and never stand still.</summary>
    [Test]
    [Category("Long")]
    public async Task a_count_that_runs_behind_a_busy_sale_is_left_alone()
    {
        // On a machine that stands still for seconds the two do, too, and the owner is believed.
        for (var left = 3; !await IsLeftAloneAsync(); )
            (--left).ShouldBePositive();
    }

    private async Task<bool> IsLeftAloneAsync()
    {
        var concertId = await OnSaleAsync(seats: 1000);
        var sales = new List<Sale> { Sale.Of(concertId) };
        // Longer than the two may stand still.
        for (var started = Stopwatch.StartNew(); started.Elapsed.TotalSeconds < 5; )
        {
            var told = sales[^1];
            sales.Add(Sale.Of(concertId));
            Owner.Says(concertId, 1000, sales);
            await HostA.ReceiveAsync(told.Confirmed(Sale.Opening));
            var counted = sales.Count - 1;
            await Eventually.Until(
                "it was compared",
                async () =>
                    await IsDoubtedAsync(concertId, counted)
                    || await SoldSeatsAsync(concertId) > counted
            );
            if (await SoldSeatsAsync(concertId) > counted)
                return false;
        }

        return await SoldSeatsAsync(concertId) == sales.Count - 1;
    }

    private static Task BelievedAsync(long concertId, int sold) =>
        Eventually.Becomes(
            "the owner is believed",
            () => SoldSeatsAsync(concertId),
            counted => counted == sold
        );

    private static Task<bool> IsDoubtedAsync(long concertId, int counted) =>
        Database.ScalarAsync<bool>(
            """
            SELECT EXISTS (SELECT FROM concerts.seat_doubts
                WHERE concert_id = $1 AND counted = $2 AND owned = $2 + 1)
            """,
            concertId,
            counted
        );

    private static async Task<int> SoldSeatsAsync(long concertId) =>
        (await ShowAsync(concertId))["soldSeats"]!.GetValue<int>();

    /// <summary>A concert cannot be planned into the past.</summary>
    private static async Task<long> OnSaleAsync(int seats)
    {
        var concertId = await CreateAsync(Plan(seats: seats));
        await Database.ExecuteAsync(
            """
            UPDATE concerts.concerts SET booking_start_time = clock.now() - interval '1 minute'
            WHERE id = $1
            """,
            concertId
        );
        return concertId;
    }
}
