using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;

namespace ConcertReservation.Reservations;

/// <summary>
/// Seats of one concert for one customer, from hold to sale. Its seats are handed in with each
/// decision, since a lapsed one may belong to somebody else meanwhile.
/// </summary>
internal sealed class Reservation(
    ReservationFacts facts,
    ReservationStatus status,
    DateTimeOffset heldUntil,
    long? paymentId,
    long? extendedFor,
    long version
)
{
    public ReservationFacts Facts { get; } = facts;
    public long Id => Facts.Id;
    public ReservationStatus Status { get; private set; } = status;
    public DateTimeOffset HeldUntil { get; private set; } = heldUntil;

    /// <summary>The payment that pins the seats, then the one whose money has come.</summary>
    public long? PaymentId { get; private set; } = paymentId;

    /// <summary>The payment whose start has extended the hold.</summary>
    public long? ExtendedFor { get; private set; } = extendedFor;

    /// <summary>Rises by one with each event.</summary>
    public long Version { get; private set; } = version;

    /// <summary>Whether the row has to be written.</summary>
    public bool IsChanged { get; private set; }

    public bool HasLapsedAt(DateTimeOffset now) =>
        Status == ReservationStatus.Held && HeldUntil <= now;

    public bool IsHeldAt(DateTimeOffset now) => Status == ReservationStatus.Held && HeldUntil > now;

    /// <summary>Counts towards the customer's ticket limit.</summary>
    public bool IsLiveAt(DateTimeOffset now) =>
        IsHeldAt(now) || Status is ReservationStatus.Paying or ReservationStatus.Confirmed;

    /// <summary>All seats or none; each of them has to be free.</summary>
    /// <exception cref="IllegalTransitionException">A seat is not free.</exception>
    public static (Reservation, ReservationCreated) Hold(
        ReservationFacts facts,
        IReadOnlyList<Seat> seats,
        int holdSeconds,
        DateTimeOffset now
    )
    {
        if (seats.FirstOrDefault(s => !s.IsFreeAt(now)) is { } taken)
            throw new IllegalTransitionException($"Seat {taken.Id} is {taken.State}.");

        var heldUntil = now.AddSeconds(holdSeconds);
        foreach (var seat in seats)
            seat.Hold(facts.Id, heldUntil, now);

        var reservation = new Reservation(
            facts,
            ReservationStatus.Held,
            heldUntil,
            paymentId: null,
            extendedFor: null,
            version: 1
        );
        return (reservation, reservation.Created(now));
    }

    /// <summary>
    /// A payment starts: the customer has at least this long left. Once a reservation.
    /// </summary>
    public PinResult Extend(
        long paymentId,
        TimeSpan atLeast,
        IReadOnlyList<Seat> seats,
        DateTimeOffset now
    )
    {
        if (WithoutHold(paymentId, now) is { } answer)
            return answer;

        if (ExtendedFor is null)
        {
            ExtendedFor = paymentId;
            HoldAtLeastUntil(now + atLeast, seats, now);
        }

        return PinResult.Done;
    }

    /// <summary>
    /// The provider is about to be asked: no deadline takes the seats until it has answered.
    /// </summary>
    public PinResult Pin(long paymentId, IReadOnlyList<Seat> seats, DateTimeOffset now)
    {
        if (WithoutHold(paymentId, now) is { } answer)
            return answer;

        foreach (var seat in seats)
            seat.Pin(Id, now);
        Become(ReservationStatus.Paying);
        PaymentId = paymentId;
        return PinResult.Done;
    }

    /// <summary>
    /// The payment that pinned failed: the seats are held again, with time for another try.
    /// </summary>
    /// <returns>false where this payment pins nothing.</returns>
    public bool Unpin(
        long paymentId,
        TimeSpan atLeast,
        IReadOnlyList<Seat> seats,
        DateTimeOffset now
    )
    {
        if (Status != ReservationStatus.Paying || PaymentId != paymentId)
            return false;

        Become(ReservationStatus.Held);
        PaymentId = null;
        HoldAtLeastUntil(now + atLeast, seats, now);
        return true;
    }

    /// <summary>
    /// The money has come. A live reservation is sold; a lapsed one takes its seats again if all of
    /// them are still there and the customer may have them; else the money has to go back.
    /// </summary>
    /// <param name="room">Tickets that the customer may still take beside this one.</param>
    /// <param name="concertCancelled">Why it does not take place, or null where it does.</param>
    public IReadOnlyList<ReservationEvent> Complete(
        long paymentId,
        IReadOnlyList<Seat> seats,
        int room,
        string? concertCancelled,
        DateTimeOffset now
    )
    {
        // It has made the sale, or goes back with the one that it made.
        if (
            PaymentId == paymentId
            && Status is ReservationStatus.Confirmed or ReservationStatus.Cancelled
        )
            return [];
        if (RefundReason(seats, room, concertCancelled, now) is not { } reason)
            return [Sell(paymentId, seats, now)];

        Version++;
        IsChanged = true;
        var failed = this.ConfirmationFailed(paymentId, reason, now);
        // The pin ends with the payment; nothing else will free seats of a cancelled concert.
        if (concertCancelled is null || Status != ReservationStatus.Paying)
            return [failed];

        PaymentId = paymentId;
        var ended = GiveBack(seats, concertCancelled, wasConfirmed: false, paymentId, now);
        return [failed, ended with { ConcertCancelled = true }];
    }

    /// <summary>The customer gives a hold back; its seats are free at once.</summary>
    /// <exception cref="IllegalTransitionException">It is no hold, or has lapsed.</exception>
    public ReservationCancelled Cancel(IReadOnlyList<Seat> seats, string reason, DateTimeOffset now)
    {
        Require(IsHeldAt(now), "cancelled");
        return GiveBack(seats, reason, wasConfirmed: false, paidWith: null, now);
    }

    /// <summary>The customer gives a sale back: its seats are free at once.</summary>
    /// <param name="until">Until then a sale can be given back.</param>
    /// <exception cref="IllegalTransitionException">It is no sale, or it is too late.</exception>
    public ReservationCancelled CancelSale(
        IReadOnlyList<Seat> seats,
        string reason,
        DateTimeOffset until,
        DateTimeOffset now
    )
    {
        Require(Status == ReservationStatus.Confirmed && now < until, "cancelled");
        return GiveBack(seats, reason, wasConfirmed: true, PaymentId, now);
    }

    /// <summary>The concert does not take place: a hold ends, a sale goes back.</summary>
    /// <exception cref="IllegalTransitionException">
    /// It has ended already, or a payment is under way, which has to be answered first.
    /// </exception>
    public ReservationCancelled CancelWithConcert(
        IReadOnlyList<Seat> seats,
        string reason,
        DateTimeOffset now
    )
    {
        Require(Status is ReservationStatus.Held or ReservationStatus.Confirmed, "cancelled");
        var wasConfirmed = Status == ReservationStatus.Confirmed;
        var ended = GiveBack(seats, reason, wasConfirmed, wasConfirmed ? PaymentId : null, now);
        return ended with { ConcertCancelled = true };
    }

    /// <summary>The time is up: seats that nobody has claimed meanwhile are free.</summary>
    /// <exception cref="IllegalTransitionException">It is no hold, or still in time.</exception>
    public ReservationExpired Expire(IReadOnlyList<Seat> seats, DateTimeOffset now)
    {
        Require(HasLapsedAt(now), "expired");
        foreach (var seat in seats)
            seat.Release(Id);
        Become(ReservationStatus.Expired);
        Version++;
        return this.Expired(now);
    }

    private string? RefundReason(
        IReadOnlyList<Seat> seats,
        int room,
        string? concertCancelled,
        DateTimeOffset now
    )
    {
        if (Status == ReservationStatus.Confirmed)
            return $"The reservation is paid already, with payment {PaymentId}.";
        if (Status == ReservationStatus.Cancelled)
            return "The reservation was cancelled.";
        if (concertCancelled is not null)
            return $"The concert was cancelled: {concertCancelled}";
        if (IsLiveAt(now))
            return null;
        if (!seats.All(s => s.BelongsTo(Id) || s.IsFreeAt(now)))
            return "The hold ran out before the money came, and a seat has gone to somebody else.";
        return room < seats.Count
            ? "The hold ran out before the money came, and the ticket limit is reached."
            : null;
    }

    private ReservationConfirmed Sell(long paymentId, IReadOnlyList<Seat> seats, DateTimeOffset now)
    {
        foreach (var seat in seats)
            seat.Sell(Id, now);
        Become(ReservationStatus.Confirmed);
        PaymentId = paymentId;
        Version++;
        return this.Confirmed(paymentId, now);
    }

    /// <param name="paidWith">The payment whose money has come, and goes back; else null.</param>
    private ReservationCancelled GiveBack(
        IReadOnlyList<Seat> seats,
        string reason,
        bool wasConfirmed,
        long? paidWith,
        DateTimeOffset now
    )
    {
        foreach (var seat in seats)
            seat.Release(Id);
        Become(ReservationStatus.Cancelled);
        Version++;
        return this.Cancelled(reason, wasConfirmed, paidWith, now);
    }

    /// <summary>What a payment is told where no hold is in time; null where one is.</summary>
    private PinResult? WithoutHold(long paymentId, DateTimeOffset now) =>
        Status switch
        {
            ReservationStatus.Held => HasLapsedAt(now) ? PinResult.Lapsed : null,
            ReservationStatus.Expired => PinResult.Lapsed,
            ReservationStatus.Paying or ReservationStatus.Confirmed when PaymentId == paymentId =>
                PinResult.Done,
            _ => PinResult.IllegalState,
        };

    private void HoldAtLeastUntil(
        DateTimeOffset time,
        IReadOnlyList<Seat> seats,
        DateTimeOffset now
    )
    {
        HeldUntil = HeldUntil > time ? HeldUntil : time;
        foreach (var seat in seats)
            seat.Hold(Id, HeldUntil, now);
        IsChanged = true;
    }

    private void Become(ReservationStatus status)
    {
        Status = status;
        IsChanged = true;
    }

    private void Require(bool condition, string become)
    {
        if (!condition)
        {
            throw new IllegalTransitionException(
                $"Reservation {Id} is {Status} until {HeldUntil:O} and cannot be {become}."
            );
        }
    }
}
