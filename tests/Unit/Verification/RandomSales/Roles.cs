namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

/// <summary>Somebody who books, as the model of a sale knows them.</summary>
internal sealed class Person
{
    public required long Id { get; init; }
    public required string Email { get; set; }
    public required string Language { get; init; }
    public long Version { get; set; } = 1;
    public long Balance { get; set; }
    public bool IsGone { get; set; }
}

internal sealed class Show
{
    public required long Id { get; init; }
    public required int Limit { get; init; }
    public required int HoldSeconds { get; init; }
    public required IReadOnlyList<Chair> Chairs { get; init; }
    public string Name => $"Show {Id}";
    public string Status { get; set; } = "SCHEDULED";
    public long Version { get; set; } = 1;
    public bool IsCancelled => Status == "CANCELLED";
    public int Sold => Chairs.Count(c => c.State == "sold");
}

internal sealed class Chair
{
    public required long Id { get; init; }
    public required int Section { get; init; }
    public required long Price { get; init; }
    public Booking? Owner { get; private set; }

    public string State => Owner?.ChairState ?? "free";

    public bool IsFreeAt(DateTimeOffset now) => Owner is null || !Owner.IsLiveAt(now);

    public void GiveTo(Booking? owner) => Owner = owner;
}

internal sealed class Booking
{
    public required long Id { get; init; }
    public required Show Show { get; init; }
    public required Person Person { get; init; }
    public required IReadOnlyList<Chair> Chairs { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset HeldUntil { get; set; }
    public string Status { get; set; } = "HELD";
    public long Version { get; set; } = 1;
    public long? PaidBy { get; set; }
    public bool IsExtended { get; set; }

    /// <summary>
    /// The provider is asked to take the money; or it came in time, and Reservations has not heard
    /// of it.
    /// </summary>
    public bool IsPinned { get; set; }
    public long Amount => Chairs.Sum(c => c.Price);

    public string ChairState => Status == "CONFIRMED" ? "sold" : "held";

    public bool IsLiveAt(DateTimeOffset now) =>
        Status == "CONFIRMED" || (Status == "HELD" && (IsPinned || HeldUntil > now));
}

internal sealed class Attempt
{
    public required long Id { get; init; }
    public required Booking Booking { get; init; }
    public required string Method { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public string Status { get; set; } = "STARTED";
    public long Version { get; set; } = 1;

    /// <summary>The key of a confirmation whose outcome nobody knows yet.</summary>
    public string? OpenKey { get; set; }

    /// <summary>Reservations has yet to hear that its money came.</summary>
    public bool IsNews { get; set; }
    public Person Person => Booking.Person;
    public string? OrderId => Method == "CARD" ? $"order-{Id}" : null;
    public bool IsLive => Status is "STARTED" or "UNKNOWN" or "COMPLETED";
}
