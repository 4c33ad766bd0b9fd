using System.Globalization;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>Figures that a host tells Prometheus.</summary>
internal static class Scrape
{
    /// <param name="labels">Only series with all of these, such as <c>group="a"</c>.</param>
    /// <returns>The sum of all such series; null while the host does not answer.</returns>
    public static async Task<long?> SumAsync(HostProcess host, string name, params string[] labels)
    {
        try
        {
            var text = await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            return (long)
                text.Split('\n')
                    .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal))
                    .Where(line =>
                        Array.TrueForAll(labels, l => line.Contains(l, StringComparison.Ordinal))
                    )
                    .Sum(line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
