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

/// <summary>
/// A customer changed their account; tells how it is now, so that a copy need not know the past.
/// </summary>
public sealed record UserChanged : UserEvent
{
    public override string EventType => "USER_CHANGED";

    /// <summary>Where to write to the customer from now on.</summary>
    [EmailAddress]
    public required string Email { get; init; }

    /// <summary>How the customer wants to be called.</summary>
    public required string Name { get; init; }

    /// <summary>What the customer is written to in.</summary>
    [AllowedValues(Languages.Korean, Languages.English)]
    public required string Language { get; init; }

    /// <summary>The address until now; null where it stayed.</summary>
    [EmailAddress]
    public string? PreviousEmail { get; init; }

    /// <summary>The customer signs in with another password now.</summary>
    public bool PasswordChanged { get; init; }
}

/// <summary>
/// A customer's account is gone. Whoever keeps their name or address erases both; ids may stay.
/// </summary>
public sealed record UserDeleted : UserEvent
{
    public override string EventType => "USER_DELETED";

    /// <summary>The last address, to find the customer by and to say goodbye to.</summary>
    [EmailAddress]
    public required string Email { get; init; }

    /// <summary>What to say goodbye in.</summary>
    [AllowedValues(Languages.Korean, Languages.English)]
    public required string Language { get; init; }
}
