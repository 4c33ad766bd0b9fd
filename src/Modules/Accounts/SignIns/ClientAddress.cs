using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Accounts;

/// <summary>
/// Where a request comes from: behind proxies that are trusted, what the nearest other one told
/// them. Whatever somebody else claims counts for nothing.
/// </summary>
internal sealed class ClientAddress(IOptions<AccountsOptions> options)
{
    private const string ForwardedFor = "X-Forwarded-For";

    private readonly IReadOnlyList<IPNetwork> _trusted =
        options.Value.TrustedNetworks()
        ?? throw new FormatException("Accounts:TrustedProxies is no list of addresses.");

    /// <summary>
    /// As it is counted by: an IPv6 household has a whole /64, so that is one address.
    /// </summary>
    public string Of(HttpContext http)
    {
        const int PrefixBytes = 8;
        if (http.Connection.RemoteIpAddress is not { } peer)
            return "";

        var address = Behind(Plain(peer), http.Request.Headers[ForwardedFor]);
        var bytes = address.GetAddressBytes();
        return bytes.Length > 4 ? Convert.ToHexString(bytes, 0, PrefixBytes) : address.ToString();
    }

    /// <summary>
    /// Each proxy has added whom it got the request from at the end, some with the port.
    /// </summary>
    private IPAddress Behind(IPAddress peer, IEnumerable<string?> forwarded)
    {
        var chain = forwarded.SelectMany(f => (f ?? "").Split(',')).Reverse();
        foreach (var entry in chain)
        {
            if (
                !_trusted.Any(n => n.Contains(peer))
                || !IPEndPoint.TryParse(entry.Trim(), out var before)
            )
                break;
            peer = Plain(before.Address);
        }

        return peer;
    }

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
