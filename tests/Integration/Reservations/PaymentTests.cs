using System.Text.Json.Nodes;
using ConcertReservation.Contracts;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>What payments do to reservations.</summary>
internal sealed class PaymentTests
{
    [TearDown]
    public Task InvariantsAreKept() => Invariants.AreKeptAsync();

    [Test]
    public async Task payments_learn_price_owner_and_state_of_the_customers_own_reservation()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);
        var held = await GivenReservation.HeldAsync(concert, 1, 2);

        var own = await Find(held.Id, held.Customer);
        var others = await Find(held.Id, NewCustomer());

        own!.Amount.ShouldBe(new Money(100_000));
        own.Status.ShouldBe("HELD");
        others.ShouldBeNull();
    }

    [Test]
    public async Task the_start_of_a_payment_gives_up_to_two_minutes_once()
    {
        var concert = await GivenConcert.WithAsync(seats: 1, holdSeconds: 10);
        var held = await GivenReservation.HeldAsync(concert, 1);

        (await held.ExtendAsync()).ShouldBe(PinResult.Done);
        var extended = await HeldUntil(held.Id);
        await DatabaseTime.AdvanceAsync(seconds: 60);
        (await held.ExtendAsync()).ShouldBe(PinResult.Done);
        (await held.ExtendAsync(GivenReservation.NewPayment())).ShouldBe(PinResult.Done);

        var now = await DatabaseTime.NowAsync();
        extended.ShouldBeInRange(now.AddSeconds(30), now.AddSeconds(61));
        (await HeldUntil(held.Id)).ShouldBe(extended);
        (await Find(held.Id, held.Customer))!.HeldUntil.UtcDateTime.ShouldBe(extended.UtcDateTime);
    }

    [Test]
    public async Task no_deadline_takes_a_pinned_seat()
    {
        var concert = await GivenConcert.WithAsync(seats: 1, holdSeconds: 10);
        var pinned = await GivenReservation.PinnedAsync(concert, 1);

        await DatabaseTime.AdvanceAsync(seconds: 3600);

        (await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1))).ShouldBeRefused(
            409,
            "seat-taken"
        );
        await HostA.ReceiveAsync(pinned.Completed());
        (await Sql.StatusAsync(pinned.Id)).ShouldBe("CONFIRMED");
    }

    [Test]
    public async Task a_lapsed_hold_is_not_pinned_and_nothing_is_pinned_twice()
    {
        var concert = await GivenConcert.WithAsync(seats: 2, holdSeconds: 10);
        var lapsed = await GivenReservation.HeldAsync(concert, 1);
        await DatabaseTime.AdvanceAsync(seconds: 10);
        var pinned = await GivenReservation.PinnedAsync(concert, 2);

        (await lapsed.PinAsync()).ShouldBe(PinResult.Lapsed);
        (await lapsed.ExtendAsync()).ShouldBe(PinResult.Lapsed);
        (await pinned.PinAsync()).ShouldBe(PinResult.Done);
        (await pinned.PinAsync(GivenReservation.NewPayment())).ShouldBe(PinResult.IllegalState);
        (await (pinned with { Id = 999_999_999 }).PinAsync()).ShouldBe(PinResult.NotFound);
    }

    [Test]
    public async Task a_failed_payment_leaves_at_least_a_minute()
    {
        var concert = await GivenConcert.WithAsync(seats: 1, holdSeconds: 10);
        var pinned = await GivenReservation.PinnedAsync(concert, 1);
        await DatabaseTime.AdvanceAsync(seconds: 3600);

        await HostA.ReceiveAsync(pinned.Failed());

        var found = await Find(pinned.Id, pinned.Customer);
        found!.Status.ShouldBe("HELD");
        var left = await HeldUntil(pinned.Id) - await DatabaseTime.NowAsync();
        left.ShouldBeInRange(TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(60));
    }

    [Test]
    public async Task money_that_comes_late_takes_its_seats_again()
    {
        var concert = await GivenConcert.WithAsync(seats: 2, holdSeconds: 10);
        var late = await GivenReservation.HeldAsync(concert, 1, 2);
        await ExpiryOf(late);

        await HostA.ReceiveAsync(late.Completed());

        (await Sql.EventsAsync(late.Id)).ShouldBe([
            "RESERVATION_CREATED",
            "RESERVATION_EXPIRED",
            "RESERVATION_CONFIRMED",
        ]);
    }

    [Test]
    public async Task money_that_comes_too_late_goes_back()
    {
        var concert = await GivenConcert.WithAsync(seats: 2, holdSeconds: 10);
        var late = await GivenReservation.HeldAsync(concert, 1, 2);
        await ExpiryOf(late);
        await GivenReservation.SoldAsync(concert, 2);

        await HostA.ReceiveAsync(late.Completed());

        (await Sql.StatusAsync(late.Id)).ShouldBe("EXPIRED");
        var told = JsonNode.Parse(await Sql.LastEventAsync(late.Id))!;
        told["eventType"]!.GetValue<string>().ShouldBe("RESERVATION_CONFIRMATION_FAILED");
        told["paymentId"]!.GetValue<long>().ShouldBe(late.PaymentId);
    }

    [Test]
    public async Task late_money_beyond_the_ticket_limit_goes_back()
    {
        var concert = await GivenConcert.WithAsync(
            seats: 4,
            holdSeconds: 10,
            ticketsPerCustomer: 3
        );
        var late = await GivenReservation.HeldAsync(concert, 1, 2);
        await ExpiryOf(late);
        await GivenReservation.HeldByAsync(late.Customer, concert, 3, 4);

        await HostA.ReceiveAsync(late.Completed());

        (await Sql.LastEventAsync(late.Id)).ShouldContain("ticket limit");
    }

    [Test]
    public async Task late_payments_in_one_batch_see_each_other()
    {
        var concert = await GivenConcert.WithAsync(
            seats: 4,
            holdSeconds: 10,
            ticketsPerCustomer: 2
        );
        var first = await GivenReservation.HeldAsync(concert, 1, 2);
        await ExpiryOf(first);
        var sameCustomer = await GivenReservation.HeldByAsync(first.Customer, concert, 3, 4);
        await ExpiryOf(sameCustomer);
        var sameSeat = await GivenReservation.HeldAsync(concert, 2);
        await ExpiryOf(sameSeat);

        await HostA.ReceiveAsync(
            first.Completed(),
            sameCustomer.Completed(),
            sameSeat.Completed(),
            first.Completed()
        );

        (await Sql.StatusAsync(first.Id)).ShouldBe("CONFIRMED");
        (await Sql.StatusAsync(sameCustomer.Id)).ShouldBe("EXPIRED");
        (await Sql.StatusAsync(sameSeat.Id)).ShouldBe("EXPIRED");
        (await Sql.LastEventAsync(sameCustomer.Id)).ShouldContain("ticket limit");
        (await Sql.LastEventAsync(sameSeat.Id)).ShouldContain("somebody else");
        (await Sql.EventsAsync(first.Id)).Count(e => e == "RESERVATION_CONFIRMED").ShouldBe(1);
    }

    [Test]
    public async Task a_second_payment_of_a_sale_goes_back_and_the_first_told_again_does_nothing()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);
        var sold = await GivenReservation.SoldAsync(concert, 1);

        await HostA.ReceiveAsync(sold.Completed());
        await HostB.ReceiveAsync(sold.Completed(GivenReservation.NewPayment()));

        (await Sql.EventsAsync(sold.Id)).ShouldBe([
            "RESERVATION_CREATED",
            "RESERVATION_CONFIRMED",
            "RESERVATION_CONFIRMATION_FAILED",
        ]);
    }

    [Test]
    public async Task money_for_a_reservation_that_does_not_exist_is_no_silent_matter()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);
        var held = await GivenReservation.HeldAsync(concert, 1);

        await Should.ThrowAsync<InvalidOperationException>(() =>
            HostA.ReceiveAsync((held with { Id = 999_999_999 }).Completed())
        );
    }

    [Test]
    public async Task payments_learn_what_is_pinned_and_of_the_oldest_pin_first()
    {
        var concert = await GivenConcert.WithAsync(seats: 3);
        var first = await GivenReservation.PinnedAsync(concert, 1);
        var second = await GivenReservation.PinnedAsync(concert, 2);
        var held = await GivenReservation.HeldAsync(concert, 3);
        long[] ours = [first.PaymentId, second.PaymentId, held.PaymentId];

        (await Pinning())
            .Where(payment => ours.Contains(payment))
            .ShouldBe([first.PaymentId, second.PaymentId]);
        await HostA.ReceiveAsync(first.Completed());
        (await Pinning()).Where(payment => ours.Contains(payment)).ShouldBe([second.PaymentId]);
    }

    /// <summary>Lets the hold lapse and waits for the sweeper.</summary>
    private static async Task ExpiryOf(GivenReservation reservation)
    {
        await DatabaseTime.AdvanceAsync(seconds: 10);
        await Eventually.Until(
            "the hold is expired",
            async () => await Sql.StatusAsync(reservation.Id) == "EXPIRED"
        );
    }

    private static Task<DateTimeOffset> HeldUntil(long id) =>
        Sql.ScalarAsync<DateTimeOffset>(
            "SELECT held_until FROM reservations.reservations WHERE id = $1",
            id
        );

    private static Task<IReadOnlyList<long>> Pinning() =>
        HostA.AskAsync<IReservationPayments, IReadOnlyList<long>>(p =>
            p.PinningAsync(limit: 1_000_000, CancellationToken.None)
        );

    private static Task<PayableReservation?> Find(long id, long customer) =>
        HostA.AskAsync<IReservationPayments, PayableReservation?>(p =>
            p.FindAsync(id, customer, CancellationToken.None)
        );
}
