using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.Accounts;

/// <summary>What a person's own data must look like.</summary>
internal static class AccountChecks
{
    private const int MaxEmailLength = 254;
    private const int MaxLocalPartLength = 64;
    private const int MaxNameLength = 100;
    private const int MinPasswordLength = 8;

    // Room for any sentence. What a sign-in can make the server hash, the body's limit bounds.
    private const int MaxPasswordLength = 128;

    public static FieldErrors RequireEmail(this FieldErrors errors, string email) =>
        errors.Require(IsEmail(email), "email", "must be an address such as mina@example.com");

    public static FieldErrors RequirePassword(
        this FieldErrors errors,
        string password,
        string field = "password"
    ) =>
        errors.Require(
            password.Length is >= MinPasswordLength and <= MaxPasswordLength,
            field,
            $"must have {MinPasswordLength} to {MaxPasswordLength} characters"
        );

    public static FieldErrors RequireName(this FieldErrors errors, string name) =>
        errors.Require(
            name.Length <= MaxNameLength
                && !string.IsNullOrWhiteSpace(name)
                && !name.Any(char.IsControl),
            "name",
            $"must have 1 to {MaxNameLength} characters and no line breaks"
        );

    public static FieldErrors RequireLanguage(this FieldErrors errors, string? language) =>
        errors.Require(
            language is null || Languages.All.Contains(language),
            "language",
            $"must be {string.Join(" or ", Languages.All)}"
        );

    /// <summary>Visible ASCII only: it becomes a mail header.</summary>
    private static bool IsEmail(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        return email.Length <= MaxEmailLength
            && at is > 0 and <= MaxLocalPartLength
            && at < email.Length - 1
            && at == email.LastIndexOf('@')
            && email.All(c => c is > ' ' and < '\x7f' && !"<>()[],;:\\\"".Contains(c))
            && !email.Split('.', '@').Any(string.IsNullOrEmpty);
    }
}
