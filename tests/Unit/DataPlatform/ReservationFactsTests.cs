using ConcertReservation.Contracts;
using ConcertReservation.DataPlatform;

namespace ConcertReservation.Tests.Unit.DataPlatform;

internal sealed class ReservationFactsTests
{
    private static readonly DateTimeOffset Eight = new(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);

    [Test]
    public void a_hold_counts_as_held_until_it_is_confirmed()
    {
        var change = StatisticsOf(Created(1));
        change.Concerts[Concert].HeldSeats.ShouldBe(2);
        change.Concerts[Concert].SoldSeats.ShouldBe(0);

        change = StatisticsOf(Created(1), Confirmed(2));
        change.Concerts[Concert].HeldSeats.ShouldBe(0);
        change.Concerts[Concert].SoldSeats.ShouldBe(2);
        change.Concerts[Concert].Revenue.ShouldBe(300_000);
    }

    [Test]
    public void a_late_payment_that_found_its_seats_free_is_a_sale_and_an_expiry()
    {
        var change = StatisticsOf(Created(1), Expired(2), Confirmed(3));

        var sums = change.Concerts[Concert];
        (sums.SoldSeats, sums.Expiries, sums.Confirmations).ShouldBe((2, 1, 1));
        change.Customers[(Customer, Concert)].Spend.ShouldBe(300_000);
    }

    [Test]
    public void a_sale_given_back_is_a_refund_in_its_own_hour_and_no_revenue_of_the_concert()
    {
        var change = StatisticsOf(Created(1), Confirmed(2), Cancelled(75, wasConfirmed: true));

        change.Concerts[Concert].Revenue.ShouldBe(0);
        change.Customers[(Customer, Concert)].Seats.ShouldBe(0);
        change.Hours[(Eight, Concert)].Revenue.ShouldBe(300_000);
        change.Hours[(Eight.AddHours(1), Concert)].Refunds.ShouldBe(300_000);
        change.Hours[(Eight.AddHours(1), Concert)].SeatsReturned.ShouldBe(2);
    }

    [Test]
    public void hours_of_the_day_are_korean()
    {
        StatisticsOf(Created(1)).CustomerHours[(Customer, 20)].ShouldBe(1);
    }

    [Test]
    public void a_confirmation_that_failed_counts_for_nothing()
    {
        var failed = new ReservationConfirmationFailed
        {
            OccurredAt = Eight,
            ReservationId = Reservation,
            UserId = Customer,
            ConcertId = Concert,
            PaymentId = 9,
            Amount = new Money(300_000),
            Reason = "EXPIRED",
        };

        ReservationFacts.From(failed).ShouldBeNull();
    }

    [FsCheck.NUnit.Property]
    public void neither_order_nor_repetition_changes_a_sum(int seed)
    {
        (ReservationEvent, long)[] story =
        [
            Created(1),
            Expired(2),
            Confirmed(3),
            Cancelled(4, wasConfirmed: true),
        ];
        var random = new Random(seed);
        var told = story.Concat(random.GetItems(story, 5)).ToArray();
        random.Shuffle(told);

        var (expected, actual) = (StatisticsOf(story), StatisticsOf(told));

        actual.Hours.ShouldBe(expected.Hours, ignoreOrder: true);
        actual.Concerts.ShouldBe(expected.Concerts);
        actual.Customers.ShouldBe(expected.Customers);
        actual.CustomerHours.ShouldBe(expected.CustomerHours);
    }

    private const long Reservation = AStory.Reservation;
    private const long Customer = AStory.Customer;
    private const long Concert = AStory.Concert;

    /// <summary>The sums after each event was learned alone, as its own batch.</summary>
    private static StatisticsChange StatisticsOf(params (ReservationEvent, long)[] story)
    {
        var facts = ReservationFacts.From(story[0].Item1)!;
        var change = new StatisticsChange();
        foreach (var (happened, version) in story)
        {
            change.TakeAway(facts);
            facts.Learn(happened, version);
            change.Add(facts);
        }

        return change;
    }

    private static (ReservationEvent, long) Created(long minute) =>
        Versioned(AStory.Created(Eight.AddMinutes(minute)));

    private static (ReservationEvent, long) Expired(long minute) =>
        Versioned(AStory.Expired(Eight.AddMinutes(minute)));

    private static (ReservationEvent, long) Confirmed(long minute) =>
        Versioned(AStory.Confirmed(Eight.AddMinutes(minute)));

    private static (ReservationEvent, long) Cancelled(long minute, bool wasConfirmed) =>
        Versioned(AStory.Cancelled(Eight.AddMinutes(minute), wasConfirmed));

    private static (ReservationEvent, long) Versioned(ReservationEvent happened) =>
        (happened, happened.Version);
}
