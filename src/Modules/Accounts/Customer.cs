using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Identity;

namespace ConcertReservation.Accounts;

/// <summary>A person with an account.</summary>
internal sealed class Customer : IdentityUser<long>
{
    public string Name { get; private set; } = "";

    /// <summary><c>ko</c> or <c>en</c>: the language of mails.</summary>
    public string Language { get; private set; } = Languages.Default;

    public DateTimeOffset SignedUpAt { get; private set; }

    /// <summary>Rises by one with each event.</summary>
    public long Version { get; private set; }

    /// <summary>Access tokens that carry a smaller number are no longer accepted.</summary>
    public int TokenVersion { get; private set; }

    public static (Customer Customer, UserSignedUp SignedUp) SignUp(
        long id,
        string email,
        string name,
        string language,
        DateTimeOffset now
    )
    {
        var customer = new Customer
        {
            Id = id,
            UserName = email,
            Email = email,
            Name = name,
            Language = language,
            SignedUpAt = now,
            Version = 1,
            SecurityStamp = Guid.NewGuid().ToString("N"),
        };
        var signedUp = new UserSignedUp
        {
            UserId = id,
            Email = email,
            Name = name,
            Language = language,
            OccurredAt = now,
            Version = customer.Version,
        };
        return (customer, signedUp);
    }

    /// <summary>
    /// What an access token says is no longer true: roles, or the right to have one.
    /// </summary>
    public Revocation RevokeAccessTokens()
    {
        TokenVersion++;
        SecurityStamp = Guid.NewGuid().ToString("N");
        return Revocation.OfTokensBefore(Id, TokenVersion);
    }
}

/// <summary>A sign-in, until sign-out: what a refresh token belongs to.</summary>
internal sealed class Session
{
    public Guid Id { get; private init; }
    public long CustomerId { get; private init; }

    /// <summary>
    /// How often the tokens were refreshed: only the latest refresh token counts.
    /// </summary>
    public int Refreshes { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    public static Session Start(long customerId, DateTimeOffset expiresAt) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            CustomerId = customerId,
            ExpiresAt = expiresAt,
        };

    public void Refresh(DateTimeOffset expiresAt)
    {
        Refreshes++;
        ExpiresAt = expiresAt;
    }
}

/// <summary>
/// Access tokens that are refused before their time: a session's, or a customer's older ones.
/// </summary>
internal sealed class Revocation
{
    public long Id { get; private init; }
    public Guid? SessionId { get; private init; }
    public long? CustomerId { get; private init; }
    public int? TokenVersion { get; private init; }

    public static Revocation OfSession(Guid sessionId) => new() { SessionId = sessionId };

    public static Revocation OfTokensBefore(long customerId, int tokenVersion) =>
        new() { CustomerId = customerId, TokenVersion = tokenVersion };
}
