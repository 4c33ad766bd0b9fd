using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>Facts about a concert, keyed <c>concert-{concertId}</c>.</summary>
public abstract record ConcertEvent : DomainEvent
{
    public required long ConcertId { get; init; }
    public required string ConcertName { get; init; }

    [JsonIgnore]
    public override string Topic => Topics.Concerts;

    [JsonIgnore]
    public override string Key => $"concert-{ConcertId}";

    [JsonIgnore]
    public override string Module => "concerts";
}

/// <summary>A block of equal seats: <c>rows</c> × <c>seatsPerRow</c> at one price.</summary>
public sealed record SectionPlan
{
    public required string Name { get; init; }
    public required Money Price { get; init; }
    public required int Rows { get; init; }
    public required int SeatsPerRow { get; init; }
}

public sealed record ConcertScheduled : ConcertEvent
{
    public override string EventType => "CONCERT_SCHEDULED";
    public required string Artist { get; init; }
    public required string Venue { get; init; }
    public required DateTimeOffset StartsAt { get; init; }
    public required DateTimeOffset BookingStartTime { get; init; }
    public required int TotalSeats { get; init; }
    public required int TicketsPerCustomer { get; init; }
    public required int HoldSeconds { get; init; }
    public required IReadOnlyList<SectionPlan> Sections { get; init; }
}

/// <summary>Texts or times were edited; what is null stayed as it was.</summary>
public sealed record ConcertChanged : ConcertEvent
{
    public override string EventType => "CONCERT_CHANGED";
    public string? Artist { get; init; }
    public string? Venue { get; init; }
    public DateTimeOffset? StartsAt { get; init; }
    public DateTimeOffset? BookingStartTime { get; init; }
}

public sealed record ConcertCancelled : ConcertEvent
{
    public override string EventType => "CONCERT_CANCELLED";
    public required string Reason { get; init; }
}

public sealed record ConcertSoldOut : ConcertEvent
{
    public override string EventType => "CONCERT_SOLD_OUT";

    /// <summary>When the last seat's reservation was confirmed.</summary>
    public required DateTimeOffset SoldOutTime { get; init; }
    public required DateTimeOffset BookingStartTime { get; init; }
    public required int TotalSeats { get; init; }
}

/// <summary>A sold seat of a sold-out concert came back.</summary>
public sealed record ConcertReopened : ConcertEvent
{
    public override string EventType => "CONCERT_REOPENED";
    public required int AvailableSeats { get; init; }
}
