using ConcertReservation.Contracts;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>A reservation in a state, and the payment that brought it there.</summary>
internal sealed record GivenReservation(
    long Id,
    long Customer,
    long PaymentId,
    GivenConcert Concert
)
{
    private static long _lastPayment;

    public static long NewPayment() => Interlocked.Increment(ref _lastPayment);

    public static Task<GivenReservation> HeldAsync(GivenConcert concert, params int[] seats) =>
        HeldByAsync(NewCustomer(), concert, seats);

    public static async Task<GivenReservation> HeldByAsync(
        long customer,
        GivenConcert concert,
        params int[] seats
    )
    {
        var answer = await HostA.HoldAsync(customer, concert.Id, concert.Seats(seats));
        answer.ShouldBeCreated();
        return new GivenReservation(answer.ReservationId, customer, NewPayment(), concert);
    }

    public static async Task<GivenReservation> PinnedAsync(GivenConcert concert, params int[] seats)
    {
        var held = await HeldAsync(concert, seats);
        (await held.PinAsync()).ShouldBe(PinResult.Done);
        return held;
    }

    public static async Task<GivenReservation> SoldAsync(GivenConcert concert, params int[] seats)
    {
        var pinned = await PinnedAsync(concert, seats);
        await HostA.ReceiveAsync(pinned.Completed());
        (await Sql.StatusAsync(pinned.Id)).ShouldBe("CONFIRMED");
        return pinned;
    }

    public Task<PinResult> PinAsync(long? paymentId = null) =>
        HostB.AskAsync<IReservationPayments, PinResult>(p =>
            p.PinAsync(Id, paymentId ?? PaymentId, CancellationToken.None)
        );

    public Task<PinResult> ExtendAsync(long? paymentId = null) =>
        HostB.AskAsync<IReservationPayments, PinResult>(p =>
            p.ExtendAsync(Id, paymentId ?? PaymentId, CancellationToken.None)
        );

    public PaymentCompleted Completed(long? paymentId = null) =>
        new()
        {
            OccurredAt = DateTimeOffset.UtcNow,
            Version = 2,
            PaymentId = paymentId ?? PaymentId,
            ReservationId = Id,
            UserId = Customer,
            Amount = new Money(50_000),
            PaymentMethod = "CARD",
        };

    public PaymentFailed Failed(long? paymentId = null) =>
        new()
        {
            OccurredAt = DateTimeOffset.UtcNow,
            Version = 2,
            PaymentId = paymentId ?? PaymentId,
            ReservationId = Id,
            UserId = Customer,
            Amount = new Money(50_000),
            PaymentMethod = "CARD",
            Reason = "Declined.",
        };
}
