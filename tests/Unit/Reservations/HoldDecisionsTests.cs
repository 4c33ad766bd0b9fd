using ConcertReservation.Reservations;
using static ConcertReservation.Tests.Unit.Reservations.Given;

namespace ConcertReservation.Tests.Unit.Reservations;

internal sealed class HoldDecisionsTests
{
    private const long Concert = 1;
    private const long Mina = 7;
    private const long Jisoo = 8;

    [Test]
    public void a_concert_that_is_not_known_comes_before_everything_else() =>
        Decisions()
            .Decide(Hold(Mina, 1) with { ConcertId = 99 })
            .ShouldBeOfType<HoldAnswer.UnknownConcert>();

    [Test]
    public void unknown_seats_come_before_the_time_of_booking_and_are_named()
    {
        var problem = Refusal(Decisions(booking: Now.AddSeconds(1)).Decide(Hold(Mina, 1, 999)));

        problem.Type.ShouldBe("/problems/not-found");
        problem.Detail.ShouldContain("999");
        problem.SeatIds.ShouldBe([999]);
    }

    [Test]
    public void the_time_of_booking_comes_before_taken_seats()
    {
        var booking = Now.AddTicks(10);

        var problem = Refusal(Decisions(booking: booking, free: []).Decide(Hold(Mina, 1)));

        problem.Type.ShouldBe("/problems/booking-not-open");
        problem.BookingStartTime.ShouldBe(booking);
    }

    [Test]
    public void booking_is_open_at_its_very_time() =>
        Decisions(booking: Now).Decide(Hold(Mina, 1)).ShouldBeOfType<HoldAnswer.Made>();

    [Test]
    public void nobody_holds_a_seat_once_the_concert_has_begun()
    {
        var problem = Refusal(Decisions(startsAt: Now, free: []).Decide(Hold(Mina, 1)));

        problem.Type.ShouldBe("/problems/illegal-state");
        problem.Detail.ShouldContain("began at");
        Decisions(startsAt: Now.AddTicks(10))
            .Decide(Hold(Mina, 1))
            .ShouldBeOfType<HoldAnswer.Made>();
    }

    [Test]
    public void taken_seats_come_before_the_limit_and_are_named_exactly()
    {
        var problem = Refusal(Decisions(limit: 1, free: [2]).Decide(Hold(Mina, 1, 2, 3)));

        problem.Type.ShouldBe("/problems/seat-taken");
        problem.SeatIds.ShouldBe([1, 3]);
    }

    [Test]
    public void the_limit_counts_the_seats_that_the_customer_has()
    {
        var decisions = Decisions(limit: 4, live: 3);

        var problem = Refusal(decisions.Decide(Hold(Mina, 1, 2)));
        problem.Type.ShouldBe("/problems/ticket-limit");
        (problem.TicketsPerCustomer, problem.TicketsHeld).ShouldBe((4, 3));
        decisions.Decide(Hold(Mina, 1)).ShouldBeOfType<HoldAnswer.Made>();
    }

    [Test]
    public void the_first_hold_is_checked_against_the_limit_too() =>
        Refusal(Decisions(limit: 1).Decide(Hold(Mina, 1, 2)))
            .Type.ShouldBe("/problems/ticket-limit");

    [Test]
    public void of_neighbours_who_want_one_seat_the_first_gets_it()
    {
        var decisions = Decisions();

        decisions.Decide(Hold(Mina, 1, 2)).ShouldBeOfType<HoldAnswer.Made>();
        Refusal(decisions.Decide(Hold(Jisoo, 2, 3))).SeatIds.ShouldBe([2]);
        decisions.Decide(Hold(Jisoo, 3)).ShouldBeOfType<HoldAnswer.Made>();
        decisions.Holds.Count.ShouldBe(2);
    }

    [Test]
    public void the_second_gets_the_seat_where_the_first_is_refused()
    {
        var decisions = Decisions(limit: 1);

        Refusal(decisions.Decide(Hold(Mina, 1, 2))).Type.ShouldBe("/problems/ticket-limit");
        decisions.Decide(Hold(Jisoo, 1)).ShouldBeOfType<HoldAnswer.Made>();
    }

    [Test]
    public void neighbours_of_one_customer_share_the_limit()
    {
        var decisions = Decisions(limit: 2);

        decisions.Decide(Hold(Mina, 1)).ShouldBeOfType<HoldAnswer.Made>();
        decisions.Decide(Hold(Mina, 2)).ShouldBeOfType<HoldAnswer.Made>();
        Refusal(decisions.Decide(Hold(Mina, 3))).Type.ShouldBe("/problems/ticket-limit");
    }

    [Test]
    public void neighbours_with_one_key_have_one_effect_and_one_answer()
    {
        var decisions = Decisions();
        var hold = Hold(Mina, 1);

        var first = decisions.Decide(hold).ShouldBeOfType<HoldAnswer.Made>();
        var second = decisions.Decide(hold).ShouldBeOfType<HoldAnswer.Made>();

        second.Answer.ShouldBe(first.Answer with { Replayed = true });
        decisions.Holds.Count.ShouldBe(1);
    }

    [Test]
    public void a_key_is_found_before_its_own_seat_is_found_taken_or_the_request_is_another()
    {
        var decisions = Decisions();
        var hold = Hold(Mina, 1);
        decisions.Decide(hold);

        Refusal(decisions.Decide(hold with { Fingerprint = [9], ConcertId = 99 }))
            .Status.ShouldBe(422);
    }

    [Test]
    public void one_key_of_two_customers_is_two_keys()
    {
        var decisions = Decisions();
        var hold = Hold(Mina, 1);
        decisions.Decide(hold);

        decisions
            .Decide(hold with { CustomerId = Jisoo, SeatIds = [2] })
            .ShouldBeOfType<HoldAnswer.Made>()
            .Answer.Replayed.ShouldBeFalse();
    }

    private static HoldCommand Hold(long customer, params long[] seats) =>
        new(
            customer,
            "someone@example.com",
            Guid.NewGuid().ToString(),
            [1],
            Concert,
            seats,
            TraceParent: null
        );

    private static ConcertReservation.BuildingBlocks.Http.Problem Refusal(HoldAnswer answer) =>
        answer.ShouldBeOfType<HoldAnswer.Refused>().Problem;

    private static HoldDecisions Decisions(
        DateTimeOffset? booking = null,
        DateTimeOffset? startsAt = null,
        int limit = 4,
        int live = 0,
        long[]? free = null
    )
    {
        var lastId = 0L;
        var concert = new ConcertOnSale(
            Concert,
            "Aria",
            booking ?? Now,
            startsAt ?? Now.AddDays(30),
            limit,
            HoldSeconds: 300,
            FirstSeatId: 1,
            TotalSeats: 10,
            IsCancelled: false
        );
        return new HoldDecisions(
            new HoldFacts(
                Now,
                new() { [Concert] = concert },
                (free ?? [1, 2, 3, 4]).ToDictionary(id => id, FreeSeat),
                new() { [(Mina, Concert)] = live },
                [],
                []
            ),
            () => ++lastId
        );
    }
}
