using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// What is known of one reservation. Each fact has its place, so the order in which events come,
/// and how often, makes no difference to what is known once all have come.
/// </summary>
internal sealed class ReservationFacts(long reservationId, long concertId, long customerId)
{
    public long ReservationId { get; } = reservationId;
    public long ConcertId { get; } = concertId;
    public long CustomerId { get; } = customerId;
    public int Seats { get; init; }

    /// <summary>In won; null until an event that carries it has come.</summary>
    public long? Amount { get; set; }
    public Fact? Created { get; set; }
    public Fact? Confirmed { get; set; }
    public Fact? Expired { get; set; }
    public Fact? Cancelled { get; set; }

    public bool IsHeld => Created is { } fact && Newest == fact;

    public bool IsSold => Confirmed is { } fact && Newest == fact;

    private Fact? Newest =>
        new[] { Created, Confirmed, Expired, Cancelled }.MaxBy(fact => fact?.Version ?? 0);

    /// <returns>null where the event says nothing that is counted.</returns>
    public static ReservationFacts? From(ReservationEvent happened)
    {
        int? seats = happened switch
        {
            ReservationCreated e => e.SeatIds.Count,
            ReservationConfirmed e => e.SeatIds.Count,
            ReservationExpired e => e.SeatIds.Count,
            ReservationCancelled e => e.SeatIds.Count,
            _ => null,
        };
        return seats is null
            ? null
            : new ReservationFacts(happened.ReservationId, happened.ConcertId, happened.UserId)
            {
                Seats = seats.Value,
            };
    }

    public void Learn(ReservationEvent happened, long version)
    {
        var fact = new Fact(version, happened.OccurredAt);
        switch (happened)
        {
            case ReservationCreated created:
                Created = First(Created, fact);
                Amount = created.Amount.Won;
                break;
            case ReservationConfirmed confirmed:
                Confirmed = First(Confirmed, fact);
                Amount = confirmed.Amount.Won;
                break;
            case ReservationExpired:
                Expired = First(Expired, fact);
                break;
            case ReservationCancelled cancelled:
                Cancelled = First(Cancelled, fact);
                Amount = cancelled.Amount.Won;
                break;
        }
    }

    private static Fact First(Fact? known, Fact fact) =>
        known is { } earlier && earlier.Version <= fact.Version ? earlier : fact;
}

/// <summary>Something that became true of an aggregate, once.</summary>
internal readonly record struct Fact(long Version, DateTimeOffset At);
