using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>Facts about a concert, keyed <c>concert-{concertId}</c>.</summary>
public abstract record ConcertEvent : DomainEvent
{
    /// <summary>The concert.</summary>
    public required long ConcertId { get; init; }

    /// <summary>The concert's name as it is after this event.</summary>
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
    /// <summary>What the section is called.</summary>
    public required string Name { get; init; }

    /// <summary>What one seat of the section costs.</summary>
    public required Money Price { get; init; }

    /// <summary>How many rows it has.</summary>
    public required int Rows { get; init; }

    /// <summary>How many seats each row has.</summary>
    public required int SeatsPerRow { get; init; }
}

/// <summary>A concert was announced, with its seats and the start of its sale.</summary>
public sealed record ConcertScheduled : ConcertEvent
{
    public override string EventType => "CONCERT_SCHEDULED";

    /// <summary>Who plays.</summary>
    public required string Artist { get; init; }

    /// <summary>Where it takes place.</summary>
    public required string Venue { get; init; }

    /// <summary>When the concert begins, and its sale ends.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When its sale begins.</summary>
    public required DateTimeOffset BookingStartTime { get; init; }

    /// <summary>Seats of all sections together.</summary>
    public required int TotalSeats { get; init; }

    /// <summary>How many seats one customer may hold or own at most.</summary>
    public required int TicketsPerCustomer { get; init; }

    /// <summary>How long a hold waits for its payment, in seconds.</summary>
    public required int HoldSeconds { get; init; }

    /// <summary>The seating plan, in the order of the organiser.</summary>
    public required IReadOnlyList<SectionPlan> Sections { get; init; }
}

/// <summary>Texts or times were edited; what is null stayed as it was.</summary>
public sealed record ConcertChanged : ConcertEvent
{
    public override string EventType => "CONCERT_CHANGED";

    /// <summary>The new artist; null where it stayed.</summary>
    public string? Artist { get; init; }

    /// <summary>The new venue; null where it stayed.</summary>
    public string? Venue { get; init; }

    /// <summary>The new beginning of the concert; null where it stayed.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>The new beginning of its sale; null where it stayed.</summary>
    public DateTimeOffset? BookingStartTime { get; init; }
}

/// <summary>The concert does not take place; everything paid goes back.</summary>
public sealed record ConcertCancelled : ConcertEvent
{
    /// <summary>The reason where the organiser gave none.</summary>
    public const string NoReasonGiven = "Cancelled by the organiser";

    public override string EventType => "CONCERT_CANCELLED";

    /// <summary>Why, in the organiser's words.</summary>
    public required string Reason { get; init; }
}

/// <summary>The last seat was sold.</summary>
public sealed record ConcertSoldOut : ConcertEvent
{
    public override string EventType => "CONCERT_SOLD_OUT";

    /// <summary>When the last seat's reservation was confirmed.</summary>
    public required DateTimeOffset SoldOutTime { get; init; }

    /// <summary>When its sale began.</summary>
    public required DateTimeOffset BookingStartTime { get; init; }

    /// <summary>Seats of all sections together.</summary>
    public required int TotalSeats { get; init; }
}

/// <summary>A sold seat of a sold-out concert came back.</summary>
public sealed record ConcertReopened : ConcertEvent
{
    public override string EventType => "CONCERT_REOPENED";

    /// <summary>Seats that can be booked now.</summary>
    public required int AvailableSeats { get; init; }
}
