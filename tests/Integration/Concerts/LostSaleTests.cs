using System.Diagnostics;
using ConcertReservation.Contracts;
using static ConcertReservation.Tests.Integration.Concerts.ConcertsSystem;

namespace ConcertReservation.Tests.Integration.Concerts;

/// <summary>
/// An event of a sale never comes: its dead letter was dropped, or Kafka had dropped it before. The
/// owner of the seats knows better.
/// </summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class LostSaleTests
{
    [Test]
    public async Task seats_whose_return_was_never_told_are_on_sale_again()
    {
        var concertId = await OnSaleAsync(seats: 3);
        Owner.Says(concertId, 3, sold: 3);
        await HostA.ReceiveAsync(Sale.Of(concertId, seats: 3).Confirmed(Sale.Opening));
        (await PublishedAsync(concertId)).Count.ShouldBe(2);

        Owner.Says(concertId, 3, sold: 1);

        var published = await Eventually.Becomes(
            "the concert reopens without another event",
            () => PublishedAsync(concertId),
            p => p.Count == 3
        );
        published[2].ShouldBeOfType<ConcertReopened>().AvailableSeats.ShouldBe(2);
        (await SoldSeatsAsync(concertId)).ShouldBe(1);
        // The count goes on from there.
        Owner.Says(concertId, 3, sold: 3);
        await HostB.ReceiveAsync(
            Sale.Of(concertId, seats: 2).Confirmed(DateTimeOffset.UtcNow.AddMinutes(1))
        );
        published = await PublishedAsync(concertId);
        published.Count.ShouldBe(4);
        published[3].ShouldBeOfType<ConcertSoldOut>().Version.ShouldBe(4);
    }

    [Test]
    public async Task a_sale_that_was_never_told_sells_out()
    {
        var concertId = await OnSaleAsync(seats: 2);
        await HostA.ReceiveAsync(Sale.Of(concertId).Confirmed(Sale.Opening));

        Owner.Says(concertId, 2, sold: 2);

        var published = await Eventually.Becomes(
            "the concert is sold out without another event",
            () => PublishedAsync(concertId),
            p => p.Count == 2
        );
        published[1].ShouldBeOfType<ConcertSoldOut>().SoldOutTime.ShouldBe(Sale.Opening);
    }

    /// <summary>It was not lost, only later than anybody waits.</summary>
    [Test]
    public async Task a_return_that_is_told_after_all_is_counted_once()
    {
        var concertId = await OnSaleAsync(seats: 2);
        var (first, second) = (Sale.Of(concertId), Sale.Of(concertId));
        Owner.Says(concertId, 2, sold: 2);
        await HostA.ReceiveAsync(first.Confirmed(Sale.Opening), second.Confirmed(Sale.Opening));
        Owner.Says(concertId, 2, sold: 1);
        await Eventually.Becomes(
            "the owner is believed",
            () => SoldSeatsAsync(concertId),
            sold => sold == 1
        );

        await HostB.ReceiveAsync(first.Cancelled());

        (await SoldSeatsAsync(concertId)).ShouldBe(1);
        (await PublishedAsync(concertId)).Count.ShouldBe(3);
    }

    /// <summary>Sales go on: the two numbers are apart, and never stand still.</summary>
    [Test]
    public async Task a_count_that_runs_behind_a_busy_sale_is_left_alone()
    {
        var concertId = await OnSaleAsync(seats: 1000);
        var sold = 0;
        // Longer than the two may stand still.
        for (var started = Stopwatch.StartNew(); started.Elapsed.TotalSeconds < 5; )
        {
            sold++;
            Owner.Says(concertId, 1000, sold: sold + 1);
            await HostA.ReceiveAsync(Sale.Of(concertId).Confirmed(Sale.Opening));
            await Eventually.Until("it was compared", () => IsDoubtedAsync(concertId, sold));
        }

        (await SoldSeatsAsync(concertId)).ShouldBe(sold);
    }

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
