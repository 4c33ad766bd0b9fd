using ConcertReservation.Concerts;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Unit.Concerts;

internal sealed class ConcertTests
{
    private static readonly DateTimeOffset Booking = new(2027, 3, 20, 11, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Start = Booking.AddDays(40);
    private static readonly ConcertTexts Texts = new("Night", "The Band", "The Hall");
    private static readonly ConcertTimes Times = new(Start, Booking);

    [Test]
    public void a_new_concert_tells_its_whole_plan()
    {
        var scheduled = AConcert().Scheduled(Booking.AddDays(-30));

        scheduled.Version.ShouldBe(1);
        scheduled.Key.ShouldBe("concert-7");
        scheduled.TotalSeats.ShouldBe(10);
        scheduled.TicketsPerCustomer.ShouldBe(4);
        scheduled.HoldSeconds.ShouldBe(300);
        scheduled.Sections.Select(s => (s.Name, s.Price.Won)).ShouldBe([("R", 1000), ("S", 500)]);
    }

    [Test]
    public void an_edit_tells_only_what_changed()
    {
        var concert = AConcert();

        var changed = concert
            .Edit(Texts with { Venue = "The Dome" }, Times, Booking.AddDays(-1))
            .Changed.ShouldNotBeNull();

        changed.Version.ShouldBe(2);
        changed.ConcertName.ShouldBe("Night");
        changed.Venue.ShouldBe("The Dome");
        changed.Artist.ShouldBeNull();
        changed.StartsAt.ShouldBeNull();
        changed.BookingStartTime.ShouldBeNull();
        concert.Venue.ShouldBe("The Dome");
    }

    [Test]
    public void an_edit_that_changes_nothing_is_no_event()
    {
        var concert = AConcert();

        concert.Edit(Texts, Times, Booking).ShouldBe(new EditOutcome(null, null));
        concert.Version.ShouldBe(1);
    }

    [Test]
    public void times_stand_from_ten_minutes_before_booking_starts()
    {
        var later = Times with { StartsAt = Start.AddHours(1) };

        AConcert().Edit(Texts, later, Booking.AddMinutes(-10)).Refusal.ShouldBeNull();
        AConcert()
            .Edit(Texts, later, Booking.AddMinutes(-10).AddMicroseconds(1))
            .Refusal.ShouldBe(EditRefusal.TimesAreFrozen);
    }

    [Test]
    public void texts_may_be_edited_when_booking_has_started()
    {
        var outcome = AConcert().Edit(Texts with { Name = "Nights" }, Times, Booking.AddDays(1));

        outcome.Changed.ShouldNotBeNull().ConcertName.ShouldBe("Nights");
    }

    [Test]
    public void a_concert_is_cancelled_once_and_then_stands()
    {
        var concert = AConcert();

        concert.Cancel("The singer is ill", Booking).ShouldNotBeNull().Version.ShouldBe(2);

        concert.Status.ShouldBe(ConcertStatus.Cancelled);
        concert.Cancel("again", Booking).ShouldBeNull();
        concert
            .Edit(Texts with { Name = "Nights" }, Times, Booking.AddDays(-1))
            .Refusal.ShouldBe(EditRefusal.Cancelled);
        concert.Version.ShouldBe(2);
    }

    [Test]
    public void sold_out_is_told_when_count_and_owner_agree()
    {
        var concert = AConcert().Counting(10);
        var last = Booking.AddMinutes(3);

        var soldOut = concert
            .Settle(Owner(sold: 10), last, Booking.AddMinutes(4))
            .ShouldBeOfType<ConcertSoldOut>();

        soldOut.SoldOutTime.ShouldBe(last);
        soldOut.OccurredAt.ShouldBe(Booking.AddMinutes(4));
        soldOut.BookingStartTime.ShouldBe(Booking);
        soldOut.TotalSeats.ShouldBe(10);
        soldOut.Version.ShouldBe(2);
        concert.SoldOutTime.ShouldBe(last);
        concert.Settle(Owner(sold: 10), last, Booking).ShouldBeNull();
    }

    [TestCase(9, 10, TestName = "a confirmation that is not counted yet")]
    [TestCase(10, 9, TestName = "a seat that was returned meanwhile")]
    [TestCase(10, null, TestName = "an owner that has no answer yet")]
    public void a_concert_is_not_sold_out_while_one_disagrees(int counted, int? sold) =>
        AConcert().Counting(counted).Settle(Owner(sold), Booking, Booking).ShouldBeNull();

    [Test]
    public void a_returned_seat_reopens_and_the_next_sale_sells_out_again()
    {
        var concert = SoldOut();

        var reopened = concert
            .Counting(8)
            .Settle(Owner(sold: 8, available: 1), null, Booking)
            .ShouldBeOfType<ConcertReopened>();
        reopened.AvailableSeats.ShouldBe(1);
        reopened.Version.ShouldBe(3);
        concert.SoldOutTime.ShouldBeNull();

        concert
            .Counting(10)
            .Settle(Owner(sold: 10), Booking.AddHours(1), Booking.AddHours(1))
            .ShouldBeOfType<ConcertSoldOut>()
            .SoldOutTime.ShouldBe(Booking.AddHours(1));
    }

    [TestCase(9, 10, TestName = "the seat that came back is sold again, not counted yet")]
    [TestCase(9, null, TestName = "the owner has no answer")]
    [TestCase(10, 9, TestName = "a seat came back, not counted yet")]
    public void a_sold_out_concert_stays_so_while_one_disagrees(int counted, int? sold) =>
        SoldOut().Counting(counted).Settle(Owner(sold), Booking, Booking).ShouldBeNull();

    [Test]
    public void a_cancelled_concert_neither_sells_out_nor_reopens()
    {
        var concert = AConcert();
        concert.Cancel("ill", Booking);

        concert.Counting(10).Settle(Owner(sold: 10), Booking, Booking).ShouldBeNull();
        concert.Counting(3).Settle(Owner(sold: 3), Booking, Booking).ShouldBeNull();
    }

    private static Concert SoldOut()
    {
        var concert = AConcert().Counting(10);
        concert.Settle(Owner(sold: 10), Booking, Booking).ShouldBeOfType<ConcertSoldOut>();
        return concert;
    }

    public static Concert AConcert() =>
        Concert.Schedule(
            7,
            organiserId: 3,
            Texts,
            Times,
            new SalePlan(
                [
                    new()
                    {
                        Name = "R",
                        Price = new Money(1000),
                        Rows = 1,
                        SeatsPerRow = 4,
                    },
                    new()
                    {
                        Name = "S",
                        Price = new Money(500),
                        Rows = 2,
                        SeatsPerRow = 3,
                    },
                ],
                TicketsPerCustomer: 4,
                HoldSeconds: 300
            )
        );

    private static SeatSummary? Owner(int? sold, int available = 0) =>
        sold is { } seats ? new([new SectionSeats("all", 10, available, seats)]) : null;
}

internal static class CountedSeats
{
    /// <summary>The count is kept by a statement, not by the aggregate.</summary>
    public static Concert Counting(this Concert concert, int soldSeats)
    {
        typeof(Concert).GetProperty(nameof(Concert.SoldSeats))!.SetValue(concert, soldSeats);
        return concert;
    }
}
