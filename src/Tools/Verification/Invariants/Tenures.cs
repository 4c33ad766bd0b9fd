using ConcertReservation.Contracts;

namespace ConcertReservation.Verification.Invariants;

/// <summary>A seat and for how long it certainly was a reservation's.</summary>
internal sealed record Tenure(
    long SeatId,
    long ReservationId,
    long CustomerId,
    long ConcertId,
    DateTimeOffset From,
    DateTimeOffset Until
);

/// <summary>Whose each seat was when, as far as events tell.</summary>
internal static class Tenures
{
    /// <summary>Hosts follow the database's clock to within this.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// A hold is extended before its payment's start is dated, on a busy machine by this at most.
    /// </summary>
    private static readonly TimeSpan ExtensionLag = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<Tenure> Of(History history)
    {
        var events = history.Events.Select(e => e.Event).ToList();
        var payments = events
            .Where(e => e is PaymentStarted or PaymentCompleted)
            .Cast<PaymentEvent>()
            .ToLookup(e => e.ReservationId);
        var pins = PinsOf(history, events);
        return
        [
            .. events
                .OfType<ReservationEvent>()
                .GroupBy(e => e.ReservationId)
                .SelectMany(story =>
                    new Story(history.PaymentExtension, pins).Follow(
                        [.. story],
                        payments[story.Key]
                    )
                ),
        ];
    }

    /// <summary>
    /// The seats of payments whose confirmation was accepted, by the answer to it, and until when
    /// they are pinned: no deadline takes them before the payment ends.
    /// </summary>
    private static Dictionary<long, DateTimeOffset> PinsOf(
        History history,
        IReadOnlyList<DomainEvent?> events
    )
    {
        var failed = events
            .OfType<PaymentFailed>()
            .GroupBy(e => e.PaymentId)
            .ToDictionary(p => p.Key, p => p.Min(e => e.OccurredAt));
        var completed = events.OfType<PaymentCompleted>().Select(e => e.PaymentId);
        var open = history.Payments.Where(p => p.Status is "STARTED" or "UNKNOWN");
        var lasting = completed.Concat(open.Select(p => p.Id)).ToHashSet();
        var confirmed = (history.Journal ?? [])
            .Where(e => e.Operation == "confirm" && e.HadEffect())
            .Select(e => e.Target ?? 0)
            .ToHashSet();
        var pins = new Dictionary<long, DateTimeOffset>();
        foreach (var payment in confirmed)
        {
            if (failed.TryGetValue(payment, out var end))
                pins.Add(payment, end);
            else if (lasting.Contains(payment))
                pins.Add(payment, DateTimeOffset.MaxValue);
        }

        return pins;
    }

    /// <summary>
    /// A hold lasts until its deadline, which the first payment moves, or until it ends; a payment
    /// that is being taken, and money that came in time, pin its seats; a sale lasts until it is
    /// cancelled. A sale after the deadline begins anew: the seats may have been another's
    /// meanwhile.
    /// </summary>
    /// <param name="pins">By payment, until when.</param>
    private sealed class Story(TimeSpan extension, IReadOnlyDictionary<long, DateTimeOffset> pins)
    {
        private readonly List<Tenure> _tenures = [];
        private Tenure[] _held = [];
        private bool _isExtended;
        private bool _isSold;

        public IReadOnlyList<Tenure> Follow(
            IReadOnlyList<ReservationEvent> story,
            IEnumerable<PaymentEvent> payments
        )
        {
            foreach (var happened in InOrder(story, payments))
                Take(happened);
            _tenures.AddRange(_held);
            return _tenures;
        }

        /// <summary>
        /// Payments are dated by a host: a moment earlier, but not before the hold that they pay.
        /// </summary>
        private static IEnumerable<DomainEvent> InOrder(
            IReadOnlyList<ReservationEvent> story,
            IEnumerable<PaymentEvent> payments
        )
        {
            var begin = story[0].OccurredAt;
            return story
                .Select(e => (At: e.OccurredAt, Event: (DomainEvent)e))
                .Concat(
                    payments
                        .OrderBy(e => e.OccurredAt)
                        .Select(e =>
                            (At: Later(e.OccurredAt - ClockTolerance, begin), Event: (DomainEvent)e)
                        )
                )
                .OrderBy(e => e.At)
                .Select(e => e.Event);
        }

        private void Take(DomainEvent happened)
        {
            switch (happened)
            {
                case ReservationCreated e:
                    Begin(e, e.SeatIds, e.HeldUntil);
                    break;
                case PaymentStarted e when IsHeldAt(e.OccurredAt):
                    Pay(e);
                    break;
                case PaymentCompleted e when IsHeldAt(e.OccurredAt + ClockTolerance):
                    Last(_ => DateTimeOffset.MaxValue);
                    break;
                case ReservationConfirmed e:
                    if (IsHeldAt(e.OccurredAt))
                        Last(_ => DateTimeOffset.MaxValue);
                    else
                        Begin(e, e.SeatIds, DateTimeOffset.MaxValue);
                    _isSold = true;
                    break;
                case ReservationConfirmationFailed e when !_isSold:
                    Last(t => Earlier(t, e.OccurredAt));
                    break;
                case ReservationExpired or ReservationCancelled:
                    Last(t => Earlier(t, happened.OccurredAt));
                    End();
                    break;
            }
        }

        /// <remarks>
        /// Who is let to confirm does so in time: the seats are theirs from the hold on until the
        /// payment's end.
        /// </remarks>
        private void Pay(PaymentStarted e)
        {
            if (!_isExtended)
                Last(t => Later(t, e.OccurredAt + extension - ExtensionLag));
            _isExtended = true;
            if (pins.TryGetValue(e.PaymentId, out var end))
                Last(t => Later(t, end));
        }

        private bool IsHeldAt(DateTimeOffset time) => _held.Length > 0 && time <= _held[0].Until;

        private void Begin(ReservationEvent by, IReadOnlyList<long> seats, DateTimeOffset until)
        {
            End();
            var (id, customer, concert) = (by.ReservationId, by.UserId, by.ConcertId);
            _held =
            [
                .. seats.Select(seat => new Tenure(
                    seat,
                    id,
                    customer,
                    concert,
                    by.OccurredAt,
                    until
                )),
            ];
        }

        private void Last(Func<DateTimeOffset, DateTimeOffset> until) =>
            _held = [.. _held.Select(t => t with { Until = until(t.Until) })];

        private void End()
        {
            _tenures.AddRange(_held);
            _held = [];
            _isSold = false;
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
