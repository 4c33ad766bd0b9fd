using ConcertReservation.Contracts;
using ConcertReservation.DataPlatform;

namespace ConcertReservation.Tests.Unit.DataPlatform;

/// <summary>What is late, repeated or of somebody else, and what is missing.</summary>
internal sealed class AsOfTests
{
    private const string Key = "reservation-5";

    private static readonly DateTimeOffset Eight = new(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);

    [Test]
    public void what_comes_late_is_said_to_be_missing_until_it_has_come()
    {
        var (held, expired, sold) = (Created(1), Expired(2), Confirmed(3));

        var before = Told(Kept(held, sold));
        before.IsComplete.ShouldBeFalse();
        before.State!.Status.ShouldBe("CONFIRMED");
        var between = Told(Kept(held, sold), Eight.AddMinutes(2.5));
        between.IsComplete.ShouldBeFalse("the missing one may have happened by then");
        between.State!.Status.ShouldBe("HELD");

        var after = Told(Kept(held, sold, expired));
        after.IsComplete.ShouldBeTrue();
        after.State!.Status.ShouldBe("CONFIRMED");
        Told(Kept(held, sold, expired), Eight.AddMinutes(2.5)).State!.Status.ShouldBe("EXPIRED");
    }

    [Test]
    public void an_event_that_seems_to_come_before_its_forerunner_waits_for_it()
    {
        // The clock of the host that sold is behind that of the host that held.
        var (held, sold) = (Created(2), Confirmed(1) with { Version = 2 });

        Told(Kept(held, sold), Eight.AddMinutes(1.5)).State.ShouldBeNull();
        Told(Kept(held, sold), Eight.AddMinutes(2)).State!.Status.ShouldBe("CONFIRMED");
    }

    [Test]
    public void of_two_with_one_version_the_first_to_come_counts()
    {
        var other = Expired(4) with { Version = 3 };

        Told(Kept(Created(1), Expired(2), Confirmed(3), other)).State!.Status.ShouldBe("CONFIRMED");
        Told(Kept(Created(1), Expired(2), other, Confirmed(3))).State!.Status.ShouldBe("EXPIRED");
    }

    [Test]
    public void what_has_no_version_is_shown_and_says_nothing()
    {
        var unplaced = Expired(2) with { Version = 0 };

        var told = Told(Kept(unplaced, Created(1)));

        told.State!.Status.ShouldBe("HELD");
        told.IsComplete.ShouldBeTrue();
        told.Events.Count.ShouldBe(2);
        Told(Kept(unplaced, Created(1)), Eight.AddMinutes(1)).Events.Count.ShouldBe(1);
    }

    [Test]
    public void what_another_system_sends_under_the_key_says_nothing()
    {
        var foreign = Created(1) with { ReservationId = 6, Version = 2 };
        var unknown = Kept(Expired(2))[0] with { EventType = "SEAT_PAINTED", Version = 2 };

        var told = Told([.. Kept(Created(1), foreign), unknown with { Seq = 9 }]);

        told.State!.ReservationId.ShouldBe(5);
        told.State.Status.ShouldBe("HELD");
        told.Version.ShouldBe(2, "of a type to come, which has its place");
        told.Events.Count.ShouldBe(3);
        Told(Kept(foreign)).State.ShouldBeNull();
    }

    [Test]
    public void a_history_whose_beginning_is_lost_tells_what_is_left()
    {
        var refused = new ReservationConfirmationFailed
        {
            OccurredAt = Eight.AddMinutes(4),
            Version = 3,
            ReservationId = 5,
            UserId = 7,
            ConcertId = 11,
            PaymentId = 9,
            Amount = new Money(300_000),
            Reason = "gone",
        };

        var told = Told(Kept(refused));

        told.IsComplete.ShouldBeFalse();
        told.State!.Status.ShouldBeNull();
        told.State.CustomerId.ShouldBe(7);
        told.State.RefusedPayments.ShouldHaveSingleItem().PaymentId.ShouldBe(9);
    }

    private static Told<ReservationState> Told(
        IEnumerable<KeptEvent> events,
        DateTimeOffset? time = null
    ) => AsOf.Of<ReservationState>(events, Key, time, ReservationState.Fold);

    private static IReadOnlyList<KeptEvent> Kept(params IEnumerable<DomainEvent> events) =>
        RecordedHistory<string>.Received(events);

    private static ReservationCreated Created(double minute) =>
        AStory.Created(Eight.AddMinutes(minute));

    private static ReservationExpired Expired(double minute) =>
        AStory.Expired(Eight.AddMinutes(minute));

    private static ReservationConfirmed Confirmed(double minute) =>
        AStory.Confirmed(Eight.AddMinutes(minute));
}
