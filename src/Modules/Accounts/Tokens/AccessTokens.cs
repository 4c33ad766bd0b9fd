using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Accounts;

/// <summary>What access and refresh tokens say, and whether to believe them.</summary>
internal sealed class AccessTokens(
    Revocations revocations,
    TimeProvider clock,
    IOptionsMonitor<BearerTokenOptions> options
)
{
    private const string SessionClaim = "sid";
    private const string TokenVersionClaim = "ver";
    private const string RefreshesClaim = "ref";

    private readonly RememberedTickets _remembered = new();

    /// <summary>
    /// Identity's bearer handler seals this into both tokens and answers with them.
    /// </summary>
    public static ClaimsPrincipal Principal(Customer customer, string[] roles, Session session)
    {
        var claims = new List<Claim>
        {
            new(ClaimTypes.NameIdentifier, customer.Id.ToString(CultureInfo.InvariantCulture)),
            new(ClaimTypes.Email, customer.Email!),
            new(SessionClaim, session.Id.ToString("N")),
            new(TokenVersionClaim, customer.TokenVersion.ToString(CultureInfo.InvariantCulture)),
            new(RefreshesClaim, session.Refreshes.ToString(CultureInfo.InvariantCulture)),
        };
        claims.AddRange(roles.Select(role => new Claim(ClaimTypes.Role, role)));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, IdentityConstants.BearerScheme));
    }

    public static Guid? SessionId(ClaimsPrincipal principal) =>
        Guid.TryParseExact(principal.FindFirstValue(SessionClaim), "N", out var id) ? id : null;

    /// <summary>
    /// The signed-in customer, or null where the token is forged, expired or revoked.
    /// </summary>
    public async ValueTask<ClaimsPrincipal?> ReadAsync(string accessToken, CancellationToken stop)
    {
        var ticket = _remembered.GetOrAdd(accessToken, Protectors.BearerTokenProtector.Unprotect);
        if (!IsAlive(ticket))
            return null;

        var principal = ticket!.Principal;
        if (
            SessionId(principal) is not { } session
            || Number(principal, ClaimTypes.NameIdentifier) is not { } customer
            || Number(principal, TokenVersionClaim) is not { } version
        )
        {
            return null;
        }

        var revoked = await revocations.ContainsAsync(session, customer, (int)version, stop);
        return revoked ? null : principal;
    }

    /// <summary>
    /// The session and the sequence number of this refresh token; null if forged or expired.
    /// </summary>
    public (Guid Session, int Refreshes)? ReadRefreshToken(string refreshToken)
    {
        var ticket = Protectors.RefreshTokenProtector.Unprotect(refreshToken);
        return
            IsAlive(ticket)
            && SessionId(ticket!.Principal) is { } session
            && Number(ticket.Principal, RefreshesClaim) is { } refreshes
            ? (session, (int)refreshes)
            : null;
    }

    private BearerTokenOptions Protectors => options.Get(IdentityConstants.BearerScheme);

    private static long? Number(ClaimsPrincipal principal, string claim) =>
        long.TryParse(
            principal.FindFirstValue(claim),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;

    private bool IsAlive(AuthenticationTicket? ticket) =>
        ticket?.Properties.ExpiresUtc is { } expires && clock.GetUtcNow() < expires;

    /// <summary>
    /// Opening a sealed token costs more than all the rest of a short request, so an opened one
    /// is remembered for half a minute to a minute, by the hash of its text; expiry and
    /// revocation are looked at each time.
    /// </summary>
    private sealed class RememberedTickets
    {
        private const int CapacityPerGeneration = 30_000;
        private const int GenerationMilliseconds = 30_000;

        private readonly Lock _turning = new();
        private ConcurrentDictionary<UInt128, AuthenticationTicket> _young = new();
        private ConcurrentDictionary<UInt128, AuthenticationTicket> _old = new();
        private int _youngCount;
        private long _turnAt = Environment.TickCount64 + GenerationMilliseconds;

        public AuthenticationTicket? GetOrAdd(
            string token,
            Func<string, AuthenticationTicket?> open
        )
        {
            TurnWhenDue();
            var key = Key(token);
            if (_young.TryGetValue(key, out var ticket) || _old.TryGetValue(key, out ticket))
                return ticket;

            ticket = open(token);
            if (ticket is not null && _young.TryAdd(key, ticket))
                Interlocked.Increment(ref _youngCount);
            return ticket;
        }

        private static UInt128 Key(string token)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan()), hash);
            return BinaryPrimitives.ReadUInt128LittleEndian(hash);
        }

        private void TurnWhenDue()
        {
            if (!IsDue)
                return;

            lock (_turning)
            {
                if (!IsDue)
                    return;

                _old = _young;
                _young = new();
                _youngCount = 0;
                Volatile.Write(ref _turnAt, Environment.TickCount64 + GenerationMilliseconds);
            }
        }

        private bool IsDue =>
            Environment.TickCount64 >= Volatile.Read(ref _turnAt)
            || Volatile.Read(ref _youngCount) >= CapacityPerGeneration;
    }
}
