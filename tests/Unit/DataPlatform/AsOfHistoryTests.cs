using ConcertReservation.BuildingBlocks;
using ConcertReservation.Concerts;
using ConcertReservation.Contracts;
using ConcertReservation.DataPlatform;
using ConcertReservation.Payments;
using ConcertReservation.Reservations;
using ConcertReservation.Tests.Unit.Concerts;
using CountedReservation = ConcertReservation.DataPlatform.ReservationFacts;
using ReservationGiven = ConcertReservation.Tests.Unit.Reservations.Given;

namespace ConcertReservation.Tests.Unit.DataPlatform;

/// <summary>
/// The real aggregates go through random histories; as of each of their steps, their events tell
/// what they were then.
/// </summary>
internal sealed class AsOfHistoryTests
{
    private const int Steps = 12;
    private const int Histories = 500;

    [FsCheck.NUnit.Property(MaxTest = Histories)]
    public void a_reservation_is_told_as_it_was_after_each_step(int seed)
    {
        var random = new Random(seed);
        var history = new RecordedHistory<(string, long, long?)>(random);
        var seats = new[] { ReservationGiven.FreeSeat(1), ReservationGiven.FreeSeat(2) };
        var facts = ReservationGiven.Facts(5, 1, 2);
        var (reservation, created) = Reservation.Hold(facts, seats, 60, history.Now);
        history.Record([created], WasOf(reservation));
        var story = new List<ReservationEvent> { created };

        for (var step = 0; step < Steps; step++)
        {
            history.Wait();
            var told = Try(() => Change(reservation, seats, random, history.Now));
            story.AddRange(told);
            history.Record(told, WasOf(reservation));
        }

        history.ShouldBeTold<ReservationState>(
            "reservation-5",
            ReservationState.Fold,
            told => (told.State!.Status!, told.Version, told.State.PaymentId)
        );
        CountsAsTheStateSays(story);
    }

    [FsCheck.NUnit.Property(MaxTest = Histories)]
    public void a_payment_is_told_as_it_was_after_each_step(int seed)
    {
        var random = new Random(seed);
        var history = new RecordedHistory<(string, long, string?)>(random);
        var (payment, started) = Payment.Start(
            9,
            new PayableReservation(5, 7, new Money(132_000), "HELD", history.Now),
            PaymentMethod.Card,
            "order-9",
            history.Now,
            history.Now
        );
        history.Record([started], WasOf(payment));

        for (var step = 0; step < Steps; step++)
        {
            history.Wait();
            var told = Try(() => Change(payment, random, history.Now));
            history.Record(told, WasOf(payment));
        }

        history.ShouldBeTold<PaymentState>(
            "payment-9",
            PaymentState.Fold,
            told => (told.State!.Status!, told.Version, told.State.Reason)
        );
    }

    [FsCheck.NUnit.Property(MaxTest = Histories)]
    public void a_concert_is_told_as_it_was_after_each_step(int seed)
    {
        var random = new Random(seed);
        var history = new RecordedHistory<ConcertWas>(random);
        var concert = ConcertTests.AConcert();
        history.Record([concert.Scheduled(history.Now)], WasOf(concert));

        for (var step = 0; step < Steps; step++)
        {
            history.Wait();
            var told = Change(concert, random, history.Now);
            history.Record(told is null ? [] : [told], WasOf(concert));
        }

        history.ShouldBeTold<ConcertState>(
            "concert-7",
            ConcertState.Fold,
            told => new ConcertWas(
                told.State!.Status!,
                told.Version,
                told.State.Name,
                told.State.Artist!,
                told.State.Venue!,
                told.State.StartsAt!.Value,
                told.State.BookingStartTime!.Value,
                told.State.SoldOutTime
            )
        );
    }

    private sealed record ConcertWas(
        string Status,
        long Version,
        string Name,
        string Artist,
        string Venue,
        DateTimeOffset StartsAt,
        DateTimeOffset BookingStartTime,
        DateTimeOffset? SoldOutTime
    );

    /// <summary>The statistics have their own rule for what a reservation is now.</summary>
    private static void CountsAsTheStateSays(IReadOnlyList<ReservationEvent> story)
    {
        var facts = CountedReservation.From(story[0])!;
        ReservationState? state = null;
        foreach (var happened in story)
        {
            facts.Learn(happened, happened.Version);
            state = ReservationState.Fold(state, happened);
            facts.IsHeld.ShouldBe(state.Status == ReservationStatuses.Held);
            facts.IsSold.ShouldBe(state.Status == ReservationStatuses.Confirmed);
        }
    }

    private static IReadOnlyList<ReservationEvent> Change(
        Reservation reservation,
        Seat[] seats,
        Random random,
        DateTimeOffset now
    )
    {
        var payment = random.Next(11, 13);
        switch (random.Next(8))
        {
            case 0:
                reservation.Pin(payment, seats, now);
                return [];
            case 1:
                reservation.Unpin(payment, TimeSpan.FromMinutes(1), seats, now);
                return [];
            case 2:
                reservation.Extend(payment, TimeSpan.FromMinutes(1), seats, now);
                return [];
            case 3:
                return [reservation.Cancel(seats, "mistaken", now)];
            case 4:
                return [reservation.Expire(seats, now)];
            case 5 when random.Next(3) == 0:
                return [reservation.CancelWithConcert(seats, "ill", now)];
            default:
                var concertCancelled = random.Next(6) == 0 ? "ill" : null;
                // While one payment pins there is no other.
                if (reservation.Status == ReservationStatus.Paying)
                    payment = (int)reservation.PaymentId!.Value;
                return reservation.Complete(payment, seats, room: 4, concertCancelled, now);
        }
    }

    private static IReadOnlyList<PaymentEvent> Change(
        Payment payment,
        Random random,
        DateTimeOffset now
    )
    {
        switch (random.Next(6))
        {
            case 0:
                payment.MarkAsked("pk_1", now);
                return [];
            case 1:
                payment.MarkUnknown(now, TimeSpan.FromSeconds(1), claim: null);
                return [];
            case 2:
                return [payment.Complete(now)];
            case 3:
                return [payment.Fail("declined", now)];
            case 4:
                return [payment.RequestRefund("gone", now)];
            default:
                return [payment.Refund(now)];
        }
    }

    private static ConcertEvent? Change(Concert concert, Random random, DateTimeOffset now)
    {
        var texts = new ConcertTexts(
            $"Night {random.Next(2)}",
            $"Band {random.Next(2)}",
            $"Hall {random.Next(2)}"
        );
        var times = new ConcertTimes(
            concert.StartsAt.AddDays(random.Next(2)),
            concert.BookingStartTime.AddMinutes(random.Next(2))
        );
        var sold = random.Next(2) * concert.TotalSeats;
        switch (random.Next(5))
        {
            case 0 when random.Next(5) == 0:
                return concert.Cancel("ill", now);
            case 1 or 2:
                var seats = new SeatSummary([new SectionSeats("R", 10, 10 - sold, sold)]);
                return concert.Counting(sold).Settle(seats, now.AddSeconds(-1), now);
            default:
                return concert.Edit(texts, times, now).Changed;
        }
    }

    /// <summary>What is not possible in the state that it is in does not happen.</summary>
    private static IReadOnlyList<T> Try<T>(Func<IReadOnlyList<T>> change)
    {
        try
        {
            return change();
        }
        catch (IllegalTransitionException)
        {
            return [];
        }
    }

    /// <summary>What the API shows, but for what no event tells.</summary>
    private static (string, long, long?) WasOf(Reservation reservation)
    {
        var isHold = reservation.Status is ReservationStatus.Held or ReservationStatus.Paying;
        return (
            isHold ? ReservationStatuses.Held : StatusNames.Of(reservation.Status),
            reservation.Version,
            isHold ? null : reservation.PaymentId
        );
    }

    private static (string, long, string?) WasOf(Payment payment) =>
        (
            payment.Status == PaymentStatus.Unknown ? "STARTED" : payment.Status.ToWire(),
            payment.Version,
            payment.Reason
        );

    private static ConcertWas WasOf(Concert concert) =>
        new(
            concert.Status.Name(),
            concert.Version,
            concert.Name,
            concert.Artist,
            concert.Venue,
            concert.StartsAt,
            concert.BookingStartTime,
            concert.SoldOutTime
        );
}
