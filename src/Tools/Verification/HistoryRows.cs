using ConcertReservation.Contracts;

namespace ConcertReservation.Verification;

/// <param name="IsDeleted">The account is gone.</param>
/// <param name="IsErased">What names its person is, too.</param>
internal sealed record CustomerRow(
    long Id,
    string Email,
    string Language,
    long Version,
    bool IsDeleted = false,
    bool IsErased = false
);

/// <param name="Section">In the order of the plan.</param>
/// <param name="State">free, held, pinned or sold.</param>
internal sealed record SeatRow(
    long Id,
    long ConcertId,
    int Section,
    long Price,
    string State,
    long? ReservationId,
    DateTimeOffset? HeldUntil
);

/// <param name="Status">HELD, PAYING, CONFIRMED, EXPIRED or CANCELLED.</param>
internal sealed record ReservationRow(
    long Id,
    long ConcertId,
    long CustomerId,
    IReadOnlyList<long> SeatIds,
    long Amount,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset HeldUntil,
    long Version,
    long? PaymentId
)
{
    /// <summary>Whether its seats are the customer's at that time.</summary>
    public bool IsLiveAt(DateTimeOffset now) =>
        Status is "PAYING" or "CONFIRMED" || (Status == "HELD" && HeldUntil > now);
}

internal sealed record ConcertRow(
    long Id,
    int TotalSeats,
    int TicketsPerCustomer,
    int SoldSeats,
    string Status,
    long Version
);

/// <param name="Status">STARTED, UNKNOWN, COMPLETED, FAILED, REFUND_REQUESTED or REFUNDED.</param>
/// <param name="OrderId">What the provider knows it by; null for POINT.</param>
internal sealed record PaymentRow(
    long Id,
    long ReservationId,
    long CustomerId,
    long Amount,
    string Method,
    string Status,
    long Version,
    DateTimeOffset StartedAt,
    string? OrderId
)
{
    /// <summary>Whether the customer's money came, even if it went back.</summary>
    public bool IsTaken => Status is "COMPLETED" or "REFUND_REQUESTED" or "REFUNDED";

    /// <summary>When the provider is asked again; null for never.</summary>
    public DateTimeOffset? NextCheckAt { get; init; }
}

internal sealed record WalletRow(long CustomerId, long Balance);

/// <param name="Kind">CHARGE, PAYMENT or REFUND.</param>
/// <param name="Amount">Negative where points left the wallet.</param>
/// <param name="Balance">What the wallet had after it.</param>
internal sealed record WalletEntryRow(
    long CustomerId,
    string Kind,
    long Amount,
    long Balance,
    long? PaymentId,
    DateTimeOffset OccurredAt
);

/// <summary>What the provider has of an order.</summary>
/// <param name="Status">
/// DONE where it has the money, CANCELED where it went back, PARTIAL_CANCELED where somebody gave
/// back a part of it by hand.
/// </param>
internal sealed record CardOrder(string OrderId, long Amount, string Status)
{
    /// <summary>The money is there, or the rest of it.</summary>
    public bool IsKept => Status is "DONE" or "PARTIAL_CANCELED";

    public bool IsReturned => Status == "CANCELED";
}

/// <summary>The record of an Idempotency-Key of a hold that had an effect.</summary>
internal sealed record HoldKeyRow(long CustomerId, string Key, long ReservationId, string Response)
{
    /// <summary>By the database's clock; null where nobody noted it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>The record of an Idempotency-Key of Payments that had an effect.</summary>
/// <param name="Operation">start-payment, confirm-payment or charge-wallet.</param>
/// <param name="Subject">What an open key waits for, such as <c>payment-7</c>.</param>
/// <param name="Status">null while the outcome is open.</param>
internal sealed record PaymentKeyRow(
    long CustomerId,
    string Operation,
    string Key,
    string? Subject,
    int? Status,
    string? Body
)
{
    public const string Start = "start-payment";
    public const string Confirm = "confirm-payment";
    public const string Charge = "charge-wallet";

    /// <summary>By the database's clock; null where nobody noted it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>As clients' journals call it.</summary>
    public string JournalOperation =>
        Operation switch
        {
            Start => "pay",
            Confirm => "confirm",
            _ => "charge",
        };
}

/// <param name="Kind">Such as seats-held.</param>
internal sealed record MailRow(
    Guid EventId,
    long UserId,
    string Kind,
    string State,
    string Language,
    string Recipient
);

internal sealed record WaitlistRow(
    long ConcertId,
    long UserId,
    string Email,
    DateTimeOffset JoinedAt
);

/// <param name="Version">0 where a stranger's record brought none.</param>
/// <param name="BodyHash">Of the JSON bytes.</param>
/// <param name="Event">null for a type that the catalogue does not know.</param>
internal sealed record TopicEvent(
    string Topic,
    string Key,
    Guid EventId,
    string EventType,
    long Version,
    string BodyHash,
    DomainEvent? Event
)
{
    /// <summary>The customer that it is about; null where it is about none.</summary>
    public long? Person { get; init; }

    /// <summary>
    /// What the body's hash is without what names the customer; null where nothing does.
    /// </summary>
    public string? ErasedHash { get; init; }
}

/// <param name="IsRelayed">The relay's position says that it is in Kafka.</param>
internal sealed record OutboxRow(long Seq, TopicEvent Event, bool IsRelayed);

internal sealed record LogRecord(int Partition, long Offset, TopicEvent Event);

/// <param name="EventType">As far as it could be read.</param>
internal sealed record UnreadableRecord(
    string Topic,
    int Partition,
    long Offset,
    string? EventType,
    string Why
);

/// <param name="IsOfThisLog">Offsets of an earlier Kafka mean nothing in this one.</param>
internal sealed record StoredEvent(TopicEvent Event, int Partition, long Offset, bool IsOfThisLog);

/// <param name="Low">The first offset that Kafka still has.</param>
/// <param name="High">The offset that the next record gets.</param>
internal sealed record LogPartition(string Topic, int Partition, long Low, long High)
{
    public bool IsCut => Low > 0;
}

/// <param name="EventId">null where the record is no event.</param>
internal sealed record DeadLetterRow(
    string Group,
    string Topic,
    int Partition,
    long Offset,
    Guid? EventId,
    bool IsOfThisLog
)
{
    /// <summary>By the database's clock; null where nobody noted it.</summary>
    public DateTimeOffset? DeadAt { get; init; }
}

/// <summary>A record of a dead letter topic: whose it is, and what it was before.</summary>
internal sealed record BuriedLetter(string Group, string Topic, int Partition, long Offset);

/// <param name="Applied">The next offset that the group's transactions expect.</param>
/// <param name="Committed">What the group told Kafka; null for nothing.</param>
internal sealed record GroupPosition(
    string Group,
    string Topic,
    int Partition,
    long Applied,
    long? Committed
)
{
    /// <summary>The database has it; else Kafka alone, and the group has applied nothing.</summary>
    public bool IsNoted { get; init; } = true;
}
