using System.Globalization;
using ConcertReservation.BuildingBlocks;
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

    /// <summary>The account is gone; what names its person goes with it.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>When what names the person is erased everywhere the next time.</summary>
    public DateTimeOffset? NextErasureAt { get; private set; }

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
            SecurityStamp = "0",
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
    /// The account as it is to be; null where nothing would differ. A new address or password is
    /// for somebody to have shown the right to.
    /// </summary>
    public UserChanged? Change(AccountChange change, DateTimeOffset now)
    {
        var previous = change.Email is { } email && email != Email ? Email : null;
        var isSame =
            previous is null
            && change.PasswordHash is null
            && (change.Name ?? Name) == Name
            && (change.Language ?? Language) == Language;
        if (isSame)
            return null;

        (Name, Language) = (change.Name ?? Name, change.Language ?? Language);
        if (previous is not null)
            (Email, UserName) = (change.Email, change.Email);
        PasswordHash = change.PasswordHash ?? PasswordHash;
        Version++;
        return new UserChanged
        {
            UserId = Id,
            Email = Email!,
            Name = Name,
            Language = Language,
            PreviousEmail = previous,
            PasswordChanged = change.PasswordHash is not null,
            OccurredAt = now,
            Version = Version,
        };
    }

    /// <summary>
    /// The row stays, for its id is in events and payments; nobody can sign in to it, and its
    /// address is free.
    /// </summary>
    /// <param name="placeholder">In the address's place, which is nobody else's.</param>
    public UserDeleted Delete(DateTimeOffset now, Guid placeholder)
    {
        if (DeletedAt is not null)
            throw new IllegalTransitionException($"Account {Id} is deleted already.");

        var (email, language) = (Email!, Language);
        Email = UserName = $"{placeholder:N}@erased.invalid";
        (Name, Language) = (PersonalFields.ErasedName, Languages.Default);
        PasswordHash = null;
        DeletedAt = NextErasureAt = now;
        Version++;
        return new UserDeleted
        {
            UserId = Id,
            Email = email,
            Language = language,
            OccurredAt = now,
            Version = Version,
        };
    }

    /// <summary>
    /// What an access token says is no longer true: roles, or the right to have one.
    /// </summary>
    public Revocation RevokeAccessTokens()
    {
        TokenVersion++;
        SecurityStamp = TokenVersion.ToString(CultureInfo.InvariantCulture);
        return Revocation.OfTokensBefore(Id, TokenVersion);
    }
}

/// <summary>What is to be different; what is null stays.</summary>
internal sealed record AccountChange(
    string? Name,
    string? Language,
    string? Email,
    string? PasswordHash
);
