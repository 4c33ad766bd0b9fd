using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.Accounts;

/// <summary>Section <c>Accounts</c>.</summary>
internal sealed class AccountsOptions
{
    /// <summary>An access token is accepted this long; a refresh token gets the next one.</summary>
    [Range(60, 24 * 3600)]
    public int AccessTokenSeconds { get; set; } = 3600;

    /// <summary>Whoever stays away longer than this signs in anew.</summary>
    [Range(3600, 90 * 24 * 3600)]
    public int SessionSeconds { get; set; } = 14 * 24 * 3600;

    /// <summary>
    /// Rounds of PBKDF2 in a new password's hash. The default is ASP.NET Core Identity's; a demo or
    /// a test with thousands of customers lowers it.
    /// </summary>
    [Range(1, 10_000_000)]
    public int PasswordHashIterations { get; set; } = 100_000;

    /// <summary>Passwords that wait to be hashed, at most; beyond that the answer is 503.</summary>
    [Range(1, 100_000)]
    public int PasswordQueueLength { get; set; } = 200;

    /// <summary>Sign-ins from one address and minute.</summary>
    [Range(1, 10_000_000)]
    public int SignInsPerMinuteAndAddress { get; set; } = 60;

    /// <summary>Sign-ins to one account and minute, from wherever.</summary>
    [Range(1, 10_000_000)]
    public int SignInsPerMinuteAndAccount { get; set; } = 10;

    /// <summary>Sign-ups from one address and minute.</summary>
    [Range(1, 10_000_000)]
    public int SignUpsPerMinuteAndAddress { get; set; } = 30;

    /// <summary>Sign-ups with one e-mail address and minute.</summary>
    [Range(1, 10_000_000)]
    public int SignUpsPerMinuteAndAccount { get; set; } = 5;

    /// <summary>Between two looks at what other hosts revoked.</summary>
    [Range(50, 5000)]
    public int RevocationIntervalMilliseconds { get; set; } = 1000;

    public FirstOperatorOptions Operator { get; set; } = new();
}

/// <summary>
/// The account that can grant roles before anybody else can; none where the e-mail is empty.
/// </summary>
internal sealed class FirstOperatorOptions
{
    public string Email { get; set; } = "";

    /// <summary>
    /// Set anew at each start where it differs: whoever lost it changes the configuration.
    /// </summary>
    public string Password { get; set; } = "";
}
