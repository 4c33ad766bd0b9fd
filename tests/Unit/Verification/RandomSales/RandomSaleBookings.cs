using ConcertReservation.Contracts;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

/// <summary>Seats that are held, given back and lapse.</summary>
internal sealed partial class RandomSale
{
    private const string Illness = "The singer is ill.";

    private void Hold(Person person, Show show, int how)
    {
        var wanted = show
            .Chairs.Skip(how % show.Chairs.Count)
            .Take(1 + (how % 3))
            .OrderBy(c => c.Id)
            .ToList();
        var ids = string.Join(',', wanted.Select(c => c.Id));
        var request = $$"""{"concertId":{{show.Id}},"seatIds":[{{ids}}]}""";
        var key = $"hold {NextId()}";
        var refusal =
            show.IsCancelled ? "not-on-sale"
            : !wanted.TrueForAll(c => c.IsFreeAt(_now)) ? "seat-taken"
            : LiveSeats(person, show) + wanted.Count > show.Limit ? "ticket-limit"
            : null;
        if (refusal is not null)
        {
            Ask(person, "hold", key, request, 409, $$"""{"type":"/problems/{{refusal}}"}""");
            return;
        }

        var booking = new Booking
        {
            Id = NextId(),
            Show = show,
            Person = person,
            Chairs = wanted,
            CreatedAt = _now,
            HeldUntil = _now.AddSeconds(show.HoldSeconds),
        };
        _bookings.Add(booking);
        wanted.ForEach(c => c.GiveTo(booking));
        var answer = $$"""
            {"reservationId":{{booking.Id}},"seatIds":[{{ids}}],"totalAmount":{{booking.Amount}}}
            """;
        _holdKeys.Add(new HoldKeyRow(person.Id, key, booking.Id, answer) { CreatedAt = _now });
        Ask(person, "hold", key, request, 201, answer);
        Mail(Tell(Created(booking), 1), person, "seats-held");
    }

    private int LiveSeats(Person person, Show show, Booking? but = null) =>
        _bookings
            .Where(b => b != but && b.Person == person && b.Show == show && b.IsLiveAt(_now))
            .Sum(b => b.Chairs.Count);

    private void Cancel(Booking booking)
    {
        var isPaying = _attempts.Exists(a => a.Booking == booking && (a.IsNews || IsOpen(a)));
        if (!booking.IsLiveAt(_now) || isPaying)
        {
            Ask(booking.Person, "cancel", null, "", 409, "{}", booking.Id);
            return;
        }

        End(booking, "customer", byOrganiser: false);
        Ask(booking.Person, "cancel", null, "", 204, "", booking.Id);
    }

    /// <summary>A hold or a sale ends before its time, and money that was paid goes back.</summary>
    private void End(Booking booking, string reason, bool byOrganiser)
    {
        var wasSold = booking.Status == "CONFIRMED";
        booking.Status = "CANCELLED";
        Free(booking);
        var ended = new ReservationCancelled
        {
            OccurredAt = _now,
            ReservationId = booking.Id,
            UserId = booking.Person.Id,
            ConcertId = booking.Show.Id,
            SeatIds = [.. booking.Chairs.Select(c => c.Id)],
            Amount = new Money(booking.Amount),
            PaymentId = booking.PaidBy,
            WasConfirmed = wasSold,
            Reason = reason,
            ConcertCancelled = byOrganiser,
            UserEmail = booking.Person.Email,
            Language = booking.Person.Language,
            ConcertName = booking.Show.Name,
        };
        Mail(Tell(ended, ++booking.Version), booking.Person, "cancelled");
        CountSold(booking.Show);
        if (wasSold)
            Refund(_attempts.Single(a => a.Id == booking.PaidBy), reason);
    }

    private void Sweep()
    {
        foreach (var lapsed in _bookings.Where(b => b.Status == "HELD" && !b.IsLiveAt(_now)))
        {
            lapsed.Status = "EXPIRED";
            Free(lapsed);
            var expired = new ReservationExpired
            {
                OccurredAt = _now,
                ReservationId = lapsed.Id,
                UserId = lapsed.Person.Id,
                ConcertId = lapsed.Show.Id,
                SeatIds = [.. lapsed.Chairs.Select(c => c.Id)],
                UserEmail = lapsed.Person.Email,
                Language = lapsed.Person.Language,
                ConcertName = lapsed.Show.Name,
            };
            Mail(Tell(expired, ++lapsed.Version), lapsed.Person, "expired");
        }
    }

    /// <summary>Everybody's reservation ends; what is being paid is settled before.</summary>
    private void CancelShow(Show show)
    {
        Sweep();
        foreach (var attempt in News())
            Consume(attempt);
        show.Status = "CANCELLED";
        Tell(
            new ConcertCancelled
            {
                OccurredAt = _now,
                ConcertId = show.Id,
                ConcertName = show.Name,
                Reason = Illness,
            },
            ++show.Version
        );
        foreach (var booking in _bookings.Where(b => b.Show == show && b.IsLiveAt(_now)))
        {
            // What is being paid ends with its payment.
            if (!booking.IsPinned)
                End(booking, Illness, byOrganiser: true);
        }
    }

    /// <summary>Seats that somebody else has since are theirs.</summary>
    private static void Free(Booking booking)
    {
        foreach (var chair in booking.Chairs.Where(c => c.Owner == booking))
            chair.GiveTo(null);
    }

    private void CountSold(Show show)
    {
        if (show.IsCancelled || (show.Sold == show.Chairs.Count) == (show.Status == "SOLD_OUT"))
            return;

        var isSoldOut = show.Status != "SOLD_OUT";
        show.Status = isSoldOut ? "SOLD_OUT" : "SCHEDULED";
        ConcertEvent change = isSoldOut
            ? new ConcertSoldOut
            {
                OccurredAt = _now,
                ConcertId = show.Id,
                ConcertName = show.Name,
                SoldOutTime = _now,
                BookingStartTime = SmallSale.Start,
                TotalSeats = show.Chairs.Count,
            }
            : new ConcertReopened
            {
                OccurredAt = _now,
                ConcertId = show.Id,
                ConcertName = show.Name,
                AvailableSeats = show.Chairs.Count - show.Sold,
            };
        var told = Tell(change, ++show.Version);
        foreach (var waiting in _waiting.Where(w => w.ConcertId == show.Id))
        {
            var person = _people.Single(p => p.Id == waiting.UserId);
            Mail(told, person, isSoldOut ? "sold-out" : "reopened");
        }
    }

    private static ReservationCreated Created(Booking booking) =>
        new()
        {
            OccurredAt = booking.CreatedAt,
            ReservationId = booking.Id,
            UserId = booking.Person.Id,
            ConcertId = booking.Show.Id,
            SeatId = booking.Chairs[0].Id,
            SeatIds = [.. booking.Chairs.Select(c => c.Id)],
            Amount = new Money(booking.Amount),
            UserEmail = booking.Person.Email,
            Language = booking.Person.Language,
            ConcertName = booking.Show.Name,
            HeldUntil = booking.HeldUntil,
        };
}
