using ConcertReservation.Contracts;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

/// <summary>Money that comes, comes late, does not come, and goes back.</summary>
internal sealed partial class RandomSale
{
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    private readonly List<PaymentKeyRow> _paymentKeys = [];
    private readonly List<WalletEntryRow> _entries = [];
    private readonly Dictionary<string, string> _orders = new(StringComparer.Ordinal);

    private List<Attempt> Open() => _attempts.FindAll(a => a.Status == "STARTED");

    private List<Attempt> News() => _attempts.FindAll(a => a.IsNews);

    private List<Attempt> Unknown() => _attempts.FindAll(a => a.Status == "UNKNOWN");

    private static bool IsOpen(Attempt attempt) => attempt.Status is "STARTED" or "UNKNOWN";

    private void Charge(Person person, long amount)
    {
        var key = $"charge {NextId()}";
        Enter(person, "CHARGE", amount, null);
        _paymentKeys.Add(
            new PaymentKeyRow(person.Id, PaymentKeyRow.Charge, key, null, 200, "{}")
            {
                CreatedAt = _now,
            }
        );
        Ask(person, "charge", key, $$"""{"amount":{{amount}}}""", 200, "{}");
    }

    private void Enter(Person person, string kind, long amount, long? payment)
    {
        person.Balance += amount;
        _entries.Add(new WalletEntryRow(person.Id, kind, amount, person.Balance, payment, _now));
    }

    private void Pay(Booking booking, string method)
    {
        var person = booking.Person;
        var key = $"pay {NextId()}";
        var request = $$"""{"reservationId":{{booking.Id}},"method":"{{method}}"}""";
        if (booking.Status != "HELD" || !booking.IsLiveAt(_now) || HasLiveAttempt(booking))
        {
            Ask(person, "pay", key, request, 409, "{}");
            return;
        }

        if (method == "POINT" && person.Balance < booking.Amount)
        {
            Ask(person, "pay", key, request, 402, "{}");
            return;
        }

        if (!booking.IsExtended && _now + Extension > booking.HeldUntil)
            booking.HeldUntil = _now + Extension;
        booking.IsExtended = true;
        var attempt = new Attempt
        {
            Id = NextId(),
            Booking = booking,
            Method = method,
            StartedAt = _now,
        };
        _attempts.Add(attempt);
        Tell(Of<PaymentStarted>(attempt), 1);
        if (method == "POINT")
        {
            Enter(person, "PAYMENT", -booking.Amount, attempt.Id);
            Complete(attempt);
        }

        var answer = $$"""{"paymentId":{{attempt.Id}},"status":"{{attempt.Status}}"}""";
        Keep(attempt, PaymentKeyRow.Start, key, 201, answer);
        Ask(person, "pay", key, request, 201, answer);
    }

    private bool HasLiveAttempt(Booking booking) =>
        _attempts.Exists(a => a.Booking == booking && a.IsLive);

    /// <summary>
    /// The provider takes the money, declines, or leaves open what it did. Until that is known the
    /// seats are pinned; but an operator may take them away by hand.
    /// </summary>
    private void Confirm(Attempt attempt, int how)
    {
        var key = $"confirm {NextId()}";
        if (!attempt.Booking.IsLiveAt(_now))
        {
            Answer(attempt, key, 409);
            return;
        }

        attempt.Booking.IsPinned = true;
        switch (how % 3)
        {
            case 0:
                attempt.OpenKey = key;
                attempt.Status = "UNKNOWN";
                Keep(attempt, PaymentKeyRow.Confirm, key, null, null);
                attempt.Booking.IsPinned = how % 6 != 0;
                // What a customer heard is a promise that even an operator keeps.
                if (attempt.Booking.IsPinned)
                    Answer(attempt, key, 202);
                else
                    Hear(Confirmation(attempt, key));
                break;
            case 1:
                Decline(attempt);
                Keep(attempt, PaymentKeyRow.Confirm, key, 402, "{}");
                Answer(attempt, key, 402);
                break;
            default:
                Complete(attempt);
                Keep(attempt, PaymentKeyRow.Confirm, key, 200, Body(attempt));
                Answer(attempt, key, 200);
                break;
        }
    }

    private void Reconcile(Attempt attempt, bool hasMoney)
    {
        var isPinned = attempt.Booking.IsPinned;
        if (hasMoney)
            Complete(attempt);
        else
            Decline(attempt);
        var open = _paymentKeys.FindIndex(k => k.Key == attempt.OpenKey);
        _paymentKeys[open] = _paymentKeys[open] with
        {
            Status = hasMoney ? 200 : 402,
            Body = hasMoney ? Body(attempt) : "{}",
        };
        if (isPinned && _random.Next(2) == 0)
            Answer(attempt, attempt.OpenKey!, hasMoney ? 200 : 402);
    }

    private void Answer(Attempt attempt, string key, int status)
    {
        var body = status >= 400 ? "{}" : Body(attempt);
        var asked = Confirmation(attempt, key);
        Ask(attempt.Person, "confirm", key, asked.Request, status, body, attempt.Id);
    }

    /// <summary>The request, without an answer.</summary>
    private JournalEntry Confirmation(Attempt attempt, string key) =>
        new(
            _now,
            attempt.Person.Id,
            "confirm",
            key,
            attempt.Id,
            """{"paymentKey":"k"}""",
            Status: null,
            Body: null,
            1
        );

    private static string Body(Attempt attempt) =>
        $$"""{"paymentId":{{attempt.Id}},"status":"{{attempt.Status}}"}""";

    private void Keep(Attempt attempt, string operation, string key, int? status, string? body) =>
        _paymentKeys.Add(
            new PaymentKeyRow(
                attempt.Person.Id,
                operation,
                key,
                $"payment-{attempt.Id}",
                status,
                body
            )
            {
                CreatedAt = _now,
            }
        );

    private void Complete(Attempt attempt)
    {
        attempt.Status = "COMPLETED";
        attempt.IsNews = true;
        attempt.Booking.IsPinned = attempt.Booking.IsLiveAt(_now);
        if (attempt.OrderId is { } order)
            _orders[order] = "DONE";
        Tell(Of<PaymentCompleted>(attempt), ++attempt.Version);
    }

    /// <summary>The hold is the customer's again, with time for another try.</summary>
    private void Decline(Attempt attempt)
    {
        _orders[attempt.OrderId!] = "ABORTED";
        Fail(attempt, "declined");
        var booking = attempt.Booking;
        if (!booking.IsPinned)
            return;

        booking.IsPinned = false;
        if (_now + Retry > booking.HeldUntil)
            booking.HeldUntil = _now + Retry;
        if (booking.Show.IsCancelled)
            End(booking, Illness, byOrganiser: true);
    }

    private void Fail(Attempt attempt, string reason)
    {
        attempt.Status = "FAILED";
        Tell(Of<PaymentFailed>(attempt, reason), ++attempt.Version);
    }

    /// <summary>
    /// A paid hold becomes a sale; money that came too late, or for a concert that does not take
    /// place, goes back.
    /// </summary>
    private void Consume(Attempt attempt)
    {
        attempt.IsNews = false;
        var booking = attempt.Booking;
        if (booking.IsPinned && booking.Show.IsCancelled)
        {
            booking.IsPinned = false;
            booking.PaidBy = attempt.Id;
            Tell(NotSold(attempt), ++booking.Version);
            End(booking, Illness, byOrganiser: true);
            Refund(attempt, "gone");
            return;
        }

        var isInTime = booking.IsPinned;
        booking.IsPinned = false;
        if (isInTime || MayStillBeSold(booking))
        {
            booking.Status = "CONFIRMED";
            booking.PaidBy = attempt.Id;
            foreach (var chair in booking.Chairs)
                chair.GiveTo(booking);
            Mail(Tell(Sold(booking), ++booking.Version), booking.Person, "confirmed");
            CountSold(booking.Show);
            return;
        }

        Tell(NotSold(attempt), ++booking.Version);
        Refund(attempt, "gone");
    }

    private bool MayStillBeSold(Booking booking) =>
        booking.Status is "HELD" or "EXPIRED"
        && !booking.Show.IsCancelled
        && booking.Chairs.All(c => c.Owner == booking || c.IsFreeAt(_now))
        && LiveSeats(booking.Person, booking.Show, booking) + booking.Chairs.Count
            <= booking.Show.Limit;

    private void Refund(Attempt attempt, string reason)
    {
        attempt.Status = "REFUNDED";
        Tell(Of<PaymentRefundRequested>(attempt, reason), ++attempt.Version);
        if (attempt.OrderId is { } order)
            _orders[order] = "CANCELED";
        else
            Enter(attempt.Person, "REFUND", attempt.Booking.Amount, attempt.Id);
        var refunded = Tell(Of<PaymentRefunded>(attempt, reason), ++attempt.Version);
        Mail(refunded, attempt.Person, "refunded");
    }
}
