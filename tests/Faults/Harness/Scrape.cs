using System.Globalization;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>Figures that a host tells Prometheus.</summary>
internal static class Scrape
{
    /// <param name="series">Its name, and the beginning of its labels where some are meant.</param>
    /// <returns>The sum of all such series; null while the host does not answer.</returns>
    public static async Task<long?> SumAsync(HostProcess host, string series)
    {
        try
        {
            var text = await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            return (long)
                text.Split('\n')
                    .Where(line => line.StartsWith(series, StringComparison.Ordinal))
                    .Sum(line =>
                        double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture)
                    );
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
