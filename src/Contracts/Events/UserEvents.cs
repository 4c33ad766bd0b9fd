using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>Facts about a customer, keyed <c>user-{userId}</c>.</summary>
public abstract record UserEvent : DomainEvent
{
    public required long UserId { get; init; }

    [JsonIgnore]
    public override string Topic => Topics.Users;

    [JsonIgnore]
    public override string Key => $"user-{UserId}";

    [JsonIgnore]
    public override string Module => "accounts";
}

public sealed record UserSignedUp : UserEvent
{
    public override string EventType => "USER_SIGNED_UP";
    public required string Email { get; init; }
    public required string Name { get; init; }

    /// <summary><c>ko</c> or <c>en</c>.</summary>
    public required string Language { get; init; }
}
