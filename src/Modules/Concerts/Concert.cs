using ConcertReservation.Contracts;

namespace ConcertReservation.Concerts;

/// <summary>A concert as its organiser planned it, and whether it is sold out.</summary>
internal sealed class Concert
{
    public const int MaxTextLength = 200;
    public const int MaxSections = 50;
    public const int MaxSectionNameLength = 50;
    public const int MaxRows = 1_000;
    public const int MaxSeatsPerRow = 1_000;
    public const int MaxTotalSeats = 100_000;
    public const long MaxPriceWon = 100_000_000;
    public const int MaxTicketsPerCustomer = 8;
    public const int DefaultTicketsPerCustomer = 4;
    public const int MinHoldSeconds = 10;
    public const int MaxHoldSeconds = 900;
    public const int DefaultHoldSeconds = 300;

    /// <summary>Customers set their alarm by the time they read: it stands from here on.</summary>
    public static readonly TimeSpan TimesFreeze = TimeSpan.FromMinutes(10);

    private Concert() { }

    public long Id { get; private init; }
    public long OrganiserId { get; private init; }
    public string Name { get; private set; } = "";
    public string Artist { get; private set; } = "";
    public string Venue { get; private set; } = "";
    public DateTimeOffset StartsAt { get; private set; }
    public DateTimeOffset BookingStartTime { get; private set; }
    public IReadOnlyList<SectionPlan> Sections { get; private init; } = [];
    public int TicketsPerCustomer { get; private init; }
    public int HoldSeconds { get; private init; }
    public int TotalSeats { get; private init; }

    /// <summary>
    /// Seats of confirmed reservations, as far as their events have been counted.
    /// </summary>
    public int SoldSeats { get; private set; }

    /// <summary>When the last seat was confirmed; null unless sold out.</summary>
    public DateTimeOffset? SoldOutTime { get; private set; }
    public ConcertStatus Status { get; private set; }

    /// <summary>Rises by one with each event.</summary>
    public long Version { get; private set; }

    public bool IsOwnedBy(long customerId) => OrganiserId == customerId;

    public static Concert Schedule(
        long id,
        long organiserId,
        ConcertTexts texts,
        ConcertTimes times,
        SalePlan sale
    ) =>
        new()
        {
            Id = id,
            OrganiserId = organiserId,
            Name = texts.Name,
            Artist = texts.Artist,
            Venue = texts.Venue,
            StartsAt = times.StartsAt,
            BookingStartTime = times.BookingStartTime,
            Sections = sale.Sections,
            TicketsPerCustomer = sale.TicketsPerCustomer,
            HoldSeconds = sale.HoldSeconds,
            TotalSeats = sale.TotalSeats,
            Status = ConcertStatus.Scheduled,
            Version = 1,
        };

    public ConcertScheduled Scheduled(DateTimeOffset now) =>
        new()
        {
            OccurredAt = now,
            Version = Version,
            ConcertId = Id,
            ConcertName = Name,
            Artist = Artist,
            Venue = Venue,
            StartsAt = StartsAt,
            BookingStartTime = BookingStartTime,
            TotalSeats = TotalSeats,
            TicketsPerCustomer = TicketsPerCustomer,
            HoldSeconds = HoldSeconds,
            Sections = Sections,
        };

    /// <summary>Whether the times may still be moved.</summary>
    public bool TimesAreFrozen(DateTimeOffset now) => now > BookingStartTime - TimesFreeze;

    public bool HasTimes(ConcertTimes times) =>
        (StartsAt, BookingStartTime) == (times.StartsAt, times.BookingStartTime);

    /// <returns>null where the concert's state lets it have these times.</returns>
    public EditRefusal? RefusesEdit(ConcertTimes times, DateTimeOffset now)
    {
        if (Status == ConcertStatus.Cancelled)
            return EditRefusal.Cancelled;
        return !HasTimes(times) && TimesAreFrozen(now) ? EditRefusal.TimesAreFrozen : null;
    }

    /// <summary>Takes over what differs; no event where nothing does.</summary>
    public EditOutcome Edit(ConcertTexts texts, ConcertTimes times, DateTimeOffset now)
    {
        if (RefusesEdit(times, now) is { } refusal)
            return new(refusal, null);
        if (HasTimes(times) && (Name, Artist, Venue) == (texts.Name, texts.Artist, texts.Venue))
            return new(null, null);

        var changed = new ConcertChanged
        {
            OccurredAt = now,
            Version = ++Version,
            ConcertId = Id,
            ConcertName = texts.Name,
            Artist = Artist == texts.Artist ? null : texts.Artist,
            Venue = Venue == texts.Venue ? null : texts.Venue,
            StartsAt = StartsAt == times.StartsAt ? null : times.StartsAt,
            BookingStartTime =
                BookingStartTime == times.BookingStartTime ? null : times.BookingStartTime,
        };
        (Name, Artist, Venue) = (texts.Name, texts.Artist, texts.Venue);
        (StartsAt, BookingStartTime) = (times.StartsAt, times.BookingStartTime);
        return new(null, changed);
    }

    /// <returns>null where it is cancelled already.</returns>
    public ConcertCancelled? Cancel(string reason, DateTimeOffset now)
    {
        if (Status == ConcertStatus.Cancelled)
            return null;

        Status = ConcertStatus.Cancelled;
        SoldOutTime = null;
        return new ConcertCancelled
        {
            OccurredAt = now,
            Version = ++Version,
            ConcertId = Id,
            ConcertName = Name,
            Reason = reason,
        };
    }

    /// <summary>What an event that was lost would have told.</summary>
    public void CorrectSoldSeats(int soldSeats) => SoldSeats = soldSeats;

    /// <summary>
    /// Brings the state in line with the count, if the owner of the seats agrees. Where it does
    /// not, one of us is ahead of the other: the event on its way, or the next recheck, asks again.
    /// </summary>
    /// <param name="seats">The owner's answer; null where it has none yet.</param>
    /// <param name="lastConfirmed">The latest confirmation that is counted.</param>
    public ConcertEvent? Settle(
        SeatSummary? seats,
        DateTimeOffset? lastConfirmed,
        DateTimeOffset now
    )
    {
        if (seats is null)
            return null;

        var soldOutByCount = SoldSeats >= TotalSeats;
        var soldOutByOwner = seats.Sold >= TotalSeats;
        return (Status, soldOutByCount && soldOutByOwner, soldOutByCount || soldOutByOwner) switch
        {
            (ConcertStatus.Scheduled, true, _) => SellOut(lastConfirmed ?? now, now),
            (ConcertStatus.SoldOut, _, false) => Reopen(seats.Available, now),
            _ => null,
        };
    }

    private ConcertSoldOut SellOut(DateTimeOffset soldOutTime, DateTimeOffset now)
    {
        Status = ConcertStatus.SoldOut;
        SoldOutTime = soldOutTime;
        return new ConcertSoldOut
        {
            OccurredAt = now,
            Version = ++Version,
            ConcertId = Id,
            ConcertName = Name,
            SoldOutTime = soldOutTime,
            BookingStartTime = BookingStartTime,
            TotalSeats = TotalSeats,
        };
    }

    private ConcertReopened Reopen(int availableSeats, DateTimeOffset now)
    {
        Status = ConcertStatus.Scheduled;
        SoldOutTime = null;
        return new ConcertReopened
        {
            OccurredAt = now,
            Version = ++Version,
            ConcertId = Id,
            ConcertName = Name,
            AvailableSeats = availableSeats,
        };
    }
}

/// <summary>What people read; may be edited at any time.</summary>
internal sealed record ConcertTexts(string Name, string Artist, string Venue);

/// <summary>May be moved until ten minutes before booking starts.</summary>
internal sealed record ConcertTimes(DateTimeOffset StartsAt, DateTimeOffset BookingStartTime);

/// <summary>What is sold and how; never edited.</summary>
internal sealed record SalePlan(
    IReadOnlyList<SectionPlan> Sections,
    int TicketsPerCustomer,
    int HoldSeconds
)
{
    public int TotalSeats => Sections.Sum(s => s.Rows * s.SeatsPerRow);
}

internal enum EditRefusal
{
    Cancelled,
    TimesAreFrozen,
}

/// <summary>Refused, changed (with its event), or the same as before.</summary>
internal sealed record EditOutcome(EditRefusal? Refusal, ConcertChanged? Changed);

internal enum ConcertStatus
{
    Scheduled,
    SoldOut,
    Cancelled,
}

internal static class ConcertStatusNames
{
    public static string Name(this ConcertStatus status) =>
        status switch
        {
            ConcertStatus.Scheduled => ConcertStatuses.Scheduled,
            ConcertStatus.SoldOut => ConcertStatuses.SoldOut,
            ConcertStatus.Cancelled => ConcertStatuses.Cancelled,
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };

    /// <returns>null where there is no such status.</returns>
    public static ConcertStatus? Find(string name) =>
        Enum.GetValues<ConcertStatus>()
            .Cast<ConcertStatus?>()
            .FirstOrDefault(s => s!.Value.Name() == name);
}
