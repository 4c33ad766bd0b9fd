using System.Globalization;
using ConcertReservation.Contracts;

namespace ConcertReservation.Verification;

/// <summary>Every view recounted from the events alone.</summary>
internal sealed class Recount
{
    private static readonly TimeSpan KoreanTime = TimeSpan.FromHours(9);

    /// <summary>Redis keeps the days and hours that a replay of Kafka could reach.</summary>
    private static readonly TimeSpan WindowsKept = TimeSpan.FromDays(8);

    private readonly Dictionary<string, long[]> _sums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _rankings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _facts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> _namesOfHolds;
    private readonly HashSet<long> _cancelled;
    private readonly DateTimeOffset _now;

    /// <summary>Rows whose sources are asked for, each with the keys that it comes from.</summary>
    private readonly Dictionary<string, HashSet<string>> _sources;

    /// <summary>The key whose events are being counted.</summary>
    private string _key = "";

    public Recount(History history)
        : this(history, traced: []) { }

    private Recount(History history, IEnumerable<string> traced)
    {
        _now = history.Now;
        _sources = traced.ToDictionary(row => row, _ => new HashSet<string>());
        var events = history.Events.Where(e => e.Event is not null).ToList();
        _cancelled =
        [
            .. events.Select(e => e.Event).OfType<ConcertCancelled>().Select(e => e.ConcertId),
        ];
        foreach (var story in StoriesOf<ReservationEvent>(events))
            Count([.. story.OrderBy(e => e.Version).Select(e => (ReservationEvent)e.Event!)]);
        RankSoldOut(events);
        foreach (var concert in StoriesOf<ConcertEvent>(events))
            Learn([.. concert.OrderBy(e => e.Version)]);
        foreach (var payment in StoriesOf<PaymentEvent>(events))
            LearnEnd([.. payment.Select(e => (PaymentEvent)e.Event!)]);
        foreach (var customer in StoriesOf<UserSignedUp>(events))
            Know(Views.ExistsOf(((UserSignedUp)customer.First().Event!).UserId), Views.Exists);
        _namesOfHolds = events
            .Select(e => e.Event)
            .OfType<ReservationCreated>()
            .ToLookup(e => Text(e.ConcertId), e => e.ConcertName);
    }

    /// <summary>Of rows that are asked for: the keys of the events that count in each.</summary>
    public static Dictionary<string, IReadOnlySet<string>> SourcesOf(
        History history,
        IReadOnlySet<string> rows
    ) =>
        rows.Count == 0
            ? []
            : new Recount(history, rows)._sources.ToDictionary(
                s => s.Key,
                s => (IReadOnlySet<string>)s.Value,
                StringComparer.Ordinal
            );

    /// <summary>Concerts that have told their names themselves, by id.</summary>
    public IEnumerable<string> NamedConcerts => _names.Keys;

    /// <summary>The names that a concert may have in the rankings.</summary>
    public IReadOnlyCollection<string> NamesOf(string concert) =>
        _names.TryGetValue(concert, out var name)
            ? [name]
            : _namesOfHolds[concert].ToHashSet(StringComparer.Ordinal);

    public Dictionary<string, double> Rankings => _rankings.Where(r => r.Value != 0).ToDictionary();

    public Dictionary<string, string> Statistics =>
        _sums
            .Where(s => s.Value.Any(n => n != 0))
            .ToDictionary(
                s => s.Key,
                s =>
                    s.Key.StartsWith("hour", StringComparison.Ordinal) ? Views.Hour(s.Value)
                    : s.Key.StartsWith("concert", StringComparison.Ordinal) ? Views.Concert(s.Value)
                    : s.Value.Length == 1 ? s.Value[0].ToString(CultureInfo.InvariantCulture)
                    : Views.Customer(s.Value)
            )
            .Concat(_facts)
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>One key's events after the other.</summary>
    private IEnumerable<IGrouping<string, TopicEvent>> StoriesOf<T>(IEnumerable<TopicEvent> events)
        where T : DomainEvent
    {
        foreach (var story in events.Where(e => e.Event is T).GroupBy(e => e.Key))
        {
            _key = story.Key;
            yield return story;
        }
    }

    private void Count(ReservationEvent[] story)
    {
        var created = story.OfType<ReservationCreated>().FirstOrDefault();
        var confirmed = story.OfType<ReservationConfirmed>().FirstOrDefault();
        var expired = story.OfType<ReservationExpired>().FirstOrDefault();
        var cancelled = story.OfType<ReservationCancelled>().FirstOrDefault();
        var last = story.LastOrDefault(e => e is not ReservationConfirmationFailed);
        if (last is null)
            return;

        long seats =
            created?.SeatIds.Count
            ?? confirmed?.SeatIds.Count
            ?? expired?.SeatIds.Count
            ?? cancelled!.SeatIds.Count;
        var amount = created?.Amount.Won ?? confirmed?.Amount.Won ?? cancelled?.Amount.Won ?? 0;
        var isSold = last is ReservationConfirmed;
        var isHeld = last is ReservationCreated;
        var isReturn = confirmed is not null;
        var (concert, customer) = (last.ConcertId, last.UserId);
        var (soldSeats, earned) = isSold ? (seats, amount) : (0, 0);

        Hour(created, 1, seats, 0, 0, 0, 0, 0, 0, 0);
        Hour(confirmed, 0, 0, 1, seats, amount, 0, 0, 0, 0);
        Hour(expired, 0, 0, 0, 0, 0, 1, 0, 0, 0);
        Hour(cancelled, 0, 0, 0, 0, 0, 0, 1, isReturn ? seats : 0, isReturn ? amount : 0);
        Add(
            Views.ConcertOf(concert),
            One(created),
            One(confirmed),
            One(expired),
            One(cancelled),
            isHeld ? seats : 0,
            soldSeats,
            earned
        );
        Add(Views.CustomerOf(customer, concert), One(created), One(confirmed), soldSeats, earned);
        Add(Views.SoldSeatsOf(concert), soldSeats);
        if (created is not null)
        {
            var hourOfDay = created.OccurredAt.ToOffset(KoreanTime).Hour;
            Add(Views.HourOfDayOf(customer, hourOfDay), 1);
        }

        Rank(concert, isHeld || isSold ? seats : 0, created?.OccurredAt);
    }

    private void Rank(long concert, long seats, DateTimeOffset? bookedAt)
    {
        if (_cancelled.Contains(concert))
            return;

        AddRank("all", concert, seats);
        if (bookedAt is not { } booked)
            return;

        var hour = (long)Math.Floor((booked + KoreanTime).ToUnixTimeSeconds() / 3600.0);
        var day = hour / 24;
        if (EndOf(hour + 1) + WindowsKept > _now)
            AddRank($"hour:{hour}", concert, seats);
        if (EndOf((day + 1) * 24) + WindowsKept > _now)
            AddRank($"day:{day}", concert, seats);

        static DateTimeOffset EndOf(long hour) =>
            DateTimeOffset.FromUnixTimeSeconds(hour * 3600) - KoreanTime;
    }

    private void RankSoldOut(IEnumerable<TopicEvent> events)
    {
        var firsts = events
            .Where(e => e.Event is ConcertSoldOut)
            .OrderBy(e => e.Version)
            .Select(e => (ConcertSoldOut)e.Event!)
            .DistinctBy(e => e.ConcertId);
        foreach (var first in firsts.Where(e => !_cancelled.Contains(e.ConcertId)))
        {
            var row = $"sold-out {first.ConcertId}";
            (_key, _rankings[row]) = (
                first.Key,
                (first.SoldOutTime - first.BookingStartTime).TotalSeconds
            );
            Trace(row);
        }
    }

    /// <summary>Of each text and time the newest; of sell-outs the first.</summary>
    private void Learn(IReadOnlyList<TopicEvent> story)
    {
        var events = story.Select(e => (ConcertEvent)e.Event!).ToList();
        var concert = events[0].ConcertId;
        var name = events[^1].ConcertName;
        var scheduled = events.OfType<ConcertScheduled>().FirstOrDefault();
        var changes = events.OfType<ConcertChanged>().ToList();
        _names[Text(concert)] = name;
        Know(
            Views.FactsOf(concert),
            Views.Facts(
                name,
                changes.LastOrDefault(e => e.Artist is not null)?.Artist ?? scheduled?.Artist,
                changes.LastOrDefault(e => e.BookingStartTime is not null)?.BookingStartTime
                    ?? scheduled?.BookingStartTime,
                scheduled?.TotalSeats,
                events.OfType<ConcertSoldOut>().FirstOrDefault()?.SoldOutTime,
                events.OfType<ConcertCancelled>().FirstOrDefault()?.OccurredAt
            )
        );
    }

    /// <summary>Only what has come to an end is kept.</summary>
    private void LearnEnd(IReadOnlyList<PaymentEvent> story)
    {
        var completed = story.OfType<PaymentCompleted>().FirstOrDefault()?.OccurredAt;
        var failed = story.OfType<PaymentFailed>().FirstOrDefault()?.OccurredAt;
        var givingBack = story.OfType<PaymentRefundRequested>().FirstOrDefault()?.OccurredAt;
        var refunded = story.OfType<PaymentRefunded>().FirstOrDefault()?.OccurredAt;
        if ((completed ?? failed ?? givingBack ?? refunded) is null)
            return;

        var payment = story[0];
        Know(
            Views.PaymentOf(payment.ReservationId, payment.PaymentId),
            Views.Payment(
                payment.PaymentMethod,
                payment.Amount.Won,
                completed,
                failed,
                givingBack,
                refunded
            )
        );
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private void AddRank(string window, long concert, long seats)
    {
        var key = $"{window} {concert}";
        _rankings[key] = _rankings.GetValueOrDefault(key) + seats;
        Trace(key);
    }

    private void Know(string row, string fact)
    {
        _facts[row] = fact;
        Trace(row);
    }

    private void Trace(string row)
    {
        if (_sources.TryGetValue(row, out var keys))
            keys.Add(_key);
    }

    private void Hour(ReservationEvent? happened, params long[] sums)
    {
        if (happened is not null)
            Add(Views.HourOf(happened.OccurredAt, happened.ConcertId), sums);
    }

    private void Add(string row, params long[] sums)
    {
        if (!_sums.TryGetValue(row, out var known))
            _sums[row] = known = new long[sums.Length];
        for (var i = 0; i < sums.Length; i++)
            known[i] += sums[i];
        Trace(row);
    }

    private static long One(ReservationEvent? happened) => happened is null ? 0 : 1;
}
