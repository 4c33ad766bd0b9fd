using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>Facts about a customer, keyed <c>user-{userId}</c>.</summary>
public abstract record UserEvent : DomainEvent
{
    /// <summary>The customer.</summary>
    public required long UserId { get; init; }

    [JsonIgnore]
    public override string Topic => Topics.Users;

    [JsonIgnore]
    public override string Key => $"user-{UserId}";

    [JsonIgnore]
    public override string Module => "accounts";
}

/// <summary>A customer has an account.</summary>
public sealed record UserSignedUp : UserEvent
{
    public override string EventType => "USER_SIGNED_UP";

    /// <summary>Where to write to the customer.</summary>
    [EmailAddress]
    public required string Email { get; init; }

    /// <summary>How the customer wants to be called.</summary>
    public required string Name { get; init; }

    /// <summary>What the customer is written to in.</summary>
    [AllowedValues(Languages.Korean, Languages.English)]
    public required string Language { get; init; }
}
