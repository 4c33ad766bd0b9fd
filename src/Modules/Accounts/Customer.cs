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
