using System.ComponentModel.DataAnnotations;
using System.Net;

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

    /// <summary>
    /// Addresses, or networks such as 10.0.0.0/8, separated by commas: of the proxies in front of
    /// the hosts, whose X-Forwarded-For tells where somebody signs in from. Without them, everybody
    /// behind a proxy has one address.
    /// </summary>
    public string TrustedProxies { get; set; } = "";

    /// <summary>Sign-ins from one address and minute.</summary>
    [Range(1, 10_000_000)]
    public int SignInsPerMinuteAndAddress { get; set; } = 60;

    /// <summary>
    /// Sign-ins to one account and minute from all addresses that it does not know, and from each
    /// that it knows; also how often the password may be asked in a session.
    /// </summary>
    [Range(1, 10_000_000)]
    public int SignInsPerMinuteAndAccount { get; set; } = 10;

    /// <summary>
    /// Wrong passwords for an account from one address, one after the other, until sign-in to the
    /// account is locked from there.
    /// </summary>
    [Range(1, 1_000_000)]
    public int SignInFailuresBeforeLockout { get; set; } = 5;

    /// <summary>The first lockout; each further failure doubles it.</summary>
    [Range(1, 3600)]
    public int LockoutSeconds { get; set; } = 30;

    /// <summary>No lockout is longer.</summary>
    [Range(1, 24 * 3600)]
    public int LongestLockoutSeconds { get; set; } = 900;

    /// <summary>
    /// An address that an account was signed in to from is the owner's for so long: what others
    /// try elsewhere does not slow it down.
    /// </summary>
    [Range(1, 365)]
    public int KnownAddressDays { get; set; } = 30;

    /// <summary>Exports of one's data, of each person.</summary>
    [Range(1, 10_000)]
    public int ExportsPerMinute { get; set; } = 3;

    /// <summary>Exports that run at a time; each takes memory while its reader is slow.</summary>
    [Range(1, 1000)]
    public int ExportsAtOnce { get; set; } = 4;

    /// <summary>Sign-ups from one address and minute.</summary>
    [Range(1, 10_000_000)]
    public int SignUpsPerMinuteAndAddress { get; set; } = 30;

    /// <summary>Sign-ups with one e-mail address and minute.</summary>
    [Range(1, 10_000_000)]
    public int SignUpsPerMinuteAndAccount { get; set; } = 5;

    /// <summary>Between two looks for deleted accounts whose person is to be erased.</summary>
    [Range(1, 3600)]
    public int ErasureSeconds { get; set; } = 2;

    /// <summary>Between two looks at what other hosts revoked.</summary>
    [Range(50, 5000)]
    public int RevocationIntervalMilliseconds { get; set; } = 1000;

    public FirstOperatorOptions Operator { get; set; } = new();

    /// <returns>null where <see cref="TrustedProxies"/> is no list of addresses.</returns>
    public IReadOnlyList<IPNetwork>? TrustedNetworks()
    {
        var networks = new List<IPNetwork>();
        foreach (
            var part in TrustedProxies.Split(
                ',',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
            )
        )
        {
            if (IPAddress.TryParse(part, out var one))
                networks.Add(new IPNetwork(one, one.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(part, out var network))
                networks.Add(network);
            else
                return null;
        }

        return networks;
    }

    /// <summary>
    /// How long sign-in is locked after that failure from which on it is, and after each further
    /// one; the last one after all others.
    /// </summary>
    public IEnumerable<TimeSpan> Lockouts()
    {
        for (var seconds = LockoutSeconds; seconds < LongestLockoutSeconds; seconds *= 2)
            yield return TimeSpan.FromSeconds(seconds);
        yield return TimeSpan.FromSeconds(LongestLockoutSeconds);
    }
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
