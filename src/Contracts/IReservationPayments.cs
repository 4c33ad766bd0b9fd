namespace ConcertReservation.Contracts;

/// <summary>
/// What Payments asks and tells Reservations while a customer pays. Every command is idempotent by
/// payment id and runs in the caller's unit of work where one is active, else in a transaction of
/// its own. After a crash in between, the payment that was pinned for ends COMPLETED or FAILED, and
/// that event ends the pin.
/// </summary>
public interface IReservationPayments
{
    /// <summary>Price, owner and state of a reservation.</summary>
    /// <returns>null where there is none, or it is another customer's.</returns>
    Task<PayableReservation?> FindAsync(
        long reservationId,
        long customerId,
        CancellationToken stop
    );

    /// <summary>The same of several; there are none of those that are another's.</summary>
    Task<IReadOnlyList<PayableReservation>> FindAsync(
        IReadOnlyCollection<long> reservationIds,
        long customerId,
        CancellationToken stop
    );

    /// <summary>The same, whoever made them.</summary>
    Task<IReadOnlyList<PayableReservation>> FindAsync(
        IReadOnlyCollection<long> reservationIds,
        CancellationToken stop
    );

    /// <summary>A payment starts: the hold is extended once, by up to two minutes.</summary>
    Task<PinResult> ExtendAsync(long reservationId, long paymentId, CancellationToken stop);

    /// <summary>
    /// The provider is about to take the money: no deadline takes the seats (PAYING).
    /// </summary>
    Task<PinResult> PinAsync(long reservationId, long paymentId, CancellationToken stop);

    /// <summary>
    /// Extends and pins at once, for payments that take the money in the same unit of work: those
    /// that can be. The others stay as they are.
    /// </summary>
    /// <param name="payments">By reservation, the payment that pins it.</param>
    /// <returns>The reservations that are pinned.</returns>
    Task<IReadOnlySet<long>> PinAsync(
        IReadOnlyDictionary<long, long> payments,
        CancellationToken stop
    );

    /// <summary>
    /// The provider declined: seats that this payment pinned are held again at once,
    /// with time for another try, and not only when the event arrives. A payment
    /// that pins nothing changes nothing.
    /// </summary>
    Task ReleaseAsync(long reservationId, long paymentId, CancellationToken stop);

    /// <summary>
    /// The payments that pin a reservation now: those first whose hold would have run out first. A
    /// question, that changes nothing.
    /// </summary>
    /// <param name="limit">At most so many.</param>
    Task<IReadOnlyList<long>> PinningAsync(int limit, CancellationToken stop);
}

/// <param name="Status">HELD, PAYING, CONFIRMED, EXPIRED or CANCELLED.</param>
/// <param name="HeldUntil">Where it is HELD: when the hold runs out.</param>
public sealed record PayableReservation(
    long ReservationId,
    long CustomerId,
    Money Amount,
    string Status,
    DateTimeOffset HeldUntil
);

public enum PinResult
{
    /// <summary>Done, now or by an earlier call for the same payment.</summary>
    Done,

    /// <summary>The hold's time has run out.</summary>
    Lapsed,

    /// <summary>
    /// Another payment holds the pin, or the reservation is confirmed or cancelled.
    /// </summary>
    IllegalState,

    /// <summary>There is no such reservation.</summary>
    NotFound,
}
