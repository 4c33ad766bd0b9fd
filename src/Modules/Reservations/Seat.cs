using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;

namespace ConcertReservation.Reservations;

internal enum SeatState
{
    Free,

    /// <summary>For a customer who has not paid, until a deadline.</summary>
    Held,

    /// <summary>While the provider is asked for the money: no deadline takes it.</summary>
    Pinned,

    Sold,
}

/// <summary>One seat of one concert, and the reservation that has it.</summary>
internal sealed class Seat(
    long id,
    long concertId,
    Money price,
    SeatState state,
    long? reservationId,
    DateTimeOffset? heldUntil
)
{
    public long Id { get; } = id;
    public long ConcertId { get; } = concertId;
    public Money Price { get; } = price;
    public SeatState State { get; private set; } = state;
    public long? ReservationId { get; private set; } = reservationId;

    /// <summary>Only while held.</summary>
    public DateTimeOffset? HeldUntil { get; private set; } = heldUntil;

    /// <summary>Whether the row has to be written.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>
    /// Nobody has it, or a hold that ran out: its claimer need not wait for the sweeper.
    /// </summary>
    public bool IsFreeAt(DateTimeOffset now) =>
        State == SeatState.Free || (State == SeatState.Held && HeldUntil <= now);

    public bool BelongsTo(long reservationId) => ReservationId == reservationId;

    /// <exception cref="IllegalTransitionException">Another reservation has the seat.</exception>
    public void Hold(long reservationId, DateTimeOffset heldUntil, DateTimeOffset now)
    {
        RequireMineOrFree(reservationId, now);
        Become(SeatState.Held, reservationId, heldUntil);
    }

    /// <exception cref="IllegalTransitionException">Another reservation has the seat.</exception>
    public void Pin(long reservationId, DateTimeOffset now)
    {
        RequireMineOrFree(reservationId, now);
        Become(SeatState.Pinned, reservationId, null);
    }

    /// <exception cref="IllegalTransitionException">Another reservation has the seat.</exception>
    public void Sell(long reservationId, DateTimeOffset now)
    {
        RequireMineOrFree(reservationId, now);
        Become(SeatState.Sold, reservationId, null);
    }

    /// <summary>Gives the seat back, unless another reservation has claimed it meanwhile.</summary>
    public void Release(long reservationId)
    {
        if (BelongsTo(reservationId))
            Become(SeatState.Free, null, null);
    }

    private void RequireMineOrFree(long reservationId, DateTimeOffset now)
    {
        if (!BelongsTo(reservationId) && !IsFreeAt(now))
        {
            throw new IllegalTransitionException(
                $"Seat {Id} is {State} for reservation {ReservationId}, not for {reservationId}."
            );
        }
    }

    private void Become(SeatState state, long? reservationId, DateTimeOffset? heldUntil)
    {
        (State, ReservationId, HeldUntil) = (state, reservationId, heldUntil);
        IsChanged = true;
    }
}
