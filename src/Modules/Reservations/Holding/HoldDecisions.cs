using System.Text.Json;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.Reservations;

/// <summary>What a concert lets one do, as Reservations knows it.</summary>
internal sealed record ConcertOnSale(
    long Id,
    string Name,
    DateTimeOffset BookingStartTime,
    DateTimeOffset StartsAt,
    int TicketsPerCustomer,
    int HoldSeconds,
    long FirstSeatId,
    int TotalSeats,
    bool IsCancelled
)
{
    public bool Has(long seatId) => seatId >= FirstSeatId && seatId < FirstSeatId + TotalSeats;
}

/// <summary>The hold that a key has made.</summary>
/// <param name="Body">The answer's JSON.</param>
internal sealed record KeptHold(byte[] Fingerprint, long ReservationId, byte[] Body);

/// <summary>What the database knew under the locks of a batch.</summary>
/// <param name="ClaimableSeats">Those asked for that are free or lapsed, by id.</param>
/// <param name="LiveSeats">Seats that customers have already, where there are any.</param>
internal sealed record HoldFacts(
    DateTimeOffset Now,
    Dictionary<long, ConcertOnSale> Concerts,
    Dictionary<long, Seat> ClaimableSeats,
    Dictionary<(long CustomerId, long ConcertId), int> LiveSeats,
    Dictionary<(long CustomerId, string Key), KeptHold> Answers,
    Dictionary<long, string> Languages
)
{
    /// <summary>Whose account was deleted a moment ago.</summary>
    public IReadOnlySet<long> ClosedCustomers { get; init; } = new HashSet<long>();
}

/// <summary>A hold to be written.</summary>
internal sealed record NewHold(
    HoldCommand Command,
    Reservation Reservation,
    ReservationCreated Event,
    byte[] Body
);

/// <summary>
/// Decides the holds of a batch one after the other: a later one sees what the earlier ones took,
/// so that neighbours who want the same seat, or are one customer or one key, are answered as if
/// each had come alone. All of it becomes true with the batch's commit or not at all.
/// </summary>
internal sealed class HoldDecisions(HoldFacts facts, Func<long> nextReservationId)
{
    private readonly List<NewHold> _holds = [];

    public IReadOnlyList<NewHold> Holds => _holds;

    public HoldAnswer Decide(HoldCommand command)
    {
        if (facts.ClosedCustomers.Contains(command.CustomerId))
            return new HoldAnswer.Refused(Problems.AccountDeleted());
        // The key first: a customer's own repeat is never told that the seat is taken.
        if (facts.Answers.TryGetValue((command.CustomerId, command.Key), out var kept))
            return Replay(command, kept);
        if (!facts.Concerts.TryGetValue(command.ConcertId, out var concert))
            return HoldAnswer.UnknownConcert.Instance;
        return Refusal(command, concert) is { } problem
            ? new HoldAnswer.Refused(problem)
            : Hold(command, concert);
    }

    private static HoldAnswer Replay(HoldCommand command, KeptHold kept) =>
        kept.Fingerprint.AsSpan().SequenceEqual(command.Fingerprint)
            ? new HoldAnswer.Made(
                HoldSeats.AnswerOf(kept.ReservationId, kept.Body) with
                {
                    Replayed = true,
                }
            )
            : new HoldAnswer.Refused(Problems.IdempotencyKeyReused());

    private Problem? Refusal(HoldCommand command, ConcertOnSale concert)
    {
        var unknown = command.SeatIds.Where(s => !concert.Has(s)).ToArray();
        if (unknown.Length > 0)
            return Problems.NoSuchSeats(concert.Id, unknown);
        if (concert.IsCancelled)
            return Problems.IllegalState($"Concert {concert.Id} was cancelled.");
        if (concert.BookingStartTime > facts.Now)
            return Problems.BookingNotOpen(concert.BookingStartTime);
        if (concert.StartsAt <= facts.Now)
            return HoldSeats.ConcertHasBegun(concert.Id, concert.StartsAt);

        var taken = command.SeatIds.Where(s => !IsFree(s)).ToArray();
        if (taken.Length > 0)
            return Problems.SeatTaken(taken);

        var live = facts.LiveSeats.GetValueOrDefault((command.CustomerId, concert.Id));
        return live + command.SeatIds.Count > concert.TicketsPerCustomer
            ? Problems.TicketLimit(concert.TicketsPerCustomer, live)
            : null;
    }

    private bool IsFree(long seatId) =>
        facts.ClaimableSeats.TryGetValue(seatId, out var seat) && seat.IsFreeAt(facts.Now);

    private HoldAnswer Hold(HoldCommand command, ConcertOnSale concert)
    {
        var seats = command.SeatIds.Select(id => facts.ClaimableSeats[id]).ToArray();
        var amount = seats.Aggregate(Money.Zero, (sum, seat) => sum + seat.Price);
        var (reservation, created) = Reservation.Hold(
            new ReservationFacts(
                nextReservationId(),
                concert.Id,
                command.CustomerId,
                command.SeatIds,
                amount,
                command.Email,
                concert.Name,
                facts.Languages.GetValueOrDefault(command.CustomerId, Languages.Default)
            ),
            seats,
            concert.HoldSeconds,
            facts.Now
        );
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new HoldSeats.Response(
                reservation.Id,
                StatusNames.Of(reservation.Status),
                command.SeatIds,
                amount,
                reservation.HeldUntil
            ),
            ReservationsJson.Default.HoldSeatsResponse
        );
        Remember(command, reservation, body);
        _holds.Add(new NewHold(command, reservation, created, body));
        return new HoldAnswer.Made(HoldSeats.AnswerOf(reservation.Id, body));
    }

    private void Remember(HoldCommand command, Reservation reservation, byte[] body)
    {
        var mine = (command.CustomerId, command.ConcertId);
        facts.LiveSeats[mine] = facts.LiveSeats.GetValueOrDefault(mine) + command.SeatIds.Count;
        facts.Answers[(command.CustomerId, command.Key)] = new KeptHold(
            command.Fingerprint,
            reservation.Id,
            body
        );
    }
}
