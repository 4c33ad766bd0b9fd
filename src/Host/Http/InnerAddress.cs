using System.Net;
using ConcertReservation.BuildingBlocks.Http;

namespace ConcertReservation.Host.Http;

/// <summary>
/// Where metrics are told: on an address of their own (<c>Management:Url</c>), which has nothing
/// but them and the health, or, where none is configured, to this machine alone.
/// </summary>
internal sealed class InnerAddress
{
    public const string Key = "Management:Url";

    /// <summary>Added by proxies: who is behind one is not on this machine.</summary>
    private static readonly string[] Forwarded = ["Forwarded", "X-Forwarded-For", "Via"];

    private InnerAddress(string? url, int? port) => (Url, Port) = (url, port);

    /// <summary>null where the API's addresses are the only ones.</summary>
    public string? Url { get; }

    private int? Port { get; }

    /// <param name="outer">The API's addresses, separated by semicolons.</param>
    /// <exception cref="InvalidConfigurationException">The key's value is of no use.</exception>
    public static InnerAddress From(IConfiguration configuration, string outer)
    {
        if (configuration[Key] is not { Length: > 0 } url)
            return new InnerAddress(url: null, port: null);

        if (TryParse(url) is not { Scheme: "http", Port: > 0 } address)
        {
            throw new InvalidConfigurationException(
                $"{Key} is no address of the form http://host:port: {url}"
            );
        }

        var ports = outer.Split(';').Select(TryParse).Select(a => a?.Port);
        return ports.Contains(address.Port)
            ? throw new InvalidConfigurationException(
                $"{Key} has the port of the API, {address.Port}: it needs one of its own."
            )
            : new InnerAddress(url, address.Port);
    }

    public bool Includes(HttpContext http) =>
        Port is { } port ? http.Connection.LocalPort == port : IsFromThisMachine(http);

    /// <summary>Whoever reaches the inner address only gets what belongs there.</summary>
    public void Guard(IApplicationBuilder app) =>
        app.UseWhen(
            http => Port is not null && Includes(http) && !IsInner(http.Request.Path),
            inner => inner.Run(http => NotHere().ExecuteAsync(http))
        );

    public static Problem NotHere() => Problems.NotFound("There is nothing at this address.");

    private static bool IsInner(PathString path) =>
        path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);

    private static bool IsFromThisMachine(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address)
        && !Forwarded.Any(http.Request.Headers.ContainsKey);

    private static BindingAddress? TryParse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
