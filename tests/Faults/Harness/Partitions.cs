using System.Globalization;
using System.Text.RegularExpressions;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>A partition of a group, on one host.</summary>
internal sealed record Held(string Group, string Topic, int Partition);

/// <summary>Which host has which partitions, as each of them tells Prometheus.</summary>
internal static partial class Partitions
{
    /// <summary>Of the six groups; and dead letters, which a seventh follows.</summary>
    public const int OfAllGroups = 81 + 21;

    /// <summary>
    /// Each host collects all its figures for an answer, and has a rebalance to see to.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>null while the host does not answer.</summary>
    public static async Task<IReadOnlyList<Held>?> OfAsync(HostProcess host)
    {
        try
        {
            var text = await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            return
            [
                .. Unapplied()
                    .Matches(text)
                    .Select(m => new Held(
                        m.Groups["group"].Value,
                        m.Groups["topic"].Value,
                        int.Parse(m.Groups["partition"].Value, CultureInfo.InvariantCulture)
                    )),
            ];
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns when these hosts have all partitions of every group between them, each once, and as
    /// many as the next one, give or take one.
    /// </summary>
    public static Task SpreadOverAsync(int partitions, params HostProcess[] hosts) =>
        Eventually.Becomes(
            $"{partitions} partitions are on {string.Join(' ', hosts.Select(h => h.Name))}",
            async () => Unevenness(partitions, await Task.WhenAll(hosts.Select(OfAsync))),
            wrong => wrong.Length == 0,
            every: Pause
        );

    private static string Unevenness(int partitions, IReadOnlyList<Held>?[] hosts)
    {
        if (Array.Exists(hosts, h => h is null))
            return "a host does not answer";

        var all = hosts.SelectMany(h => h!).ToList();
        if (all.Count != partitions || all.Distinct().Count() != partitions)
            return $"{all.Count} are held, {all.Distinct().Count()} different ones";

        var uneven = all.Select(h => h.Group)
            .Distinct()
            .Select(g =>
                (Group: g, Counts: hosts.Select(h => h!.Count(p => p.Group == g)).ToList())
            )
            .Where(g => g.Counts.Max() - g.Counts.Min() > 1);
        return string.Join("; ", uneven.Select(g => $"{g.Group} {string.Join('/', g.Counts)}"));
    }

    [GeneratedRegex(
        "^kafka_consumer_unapplied\\{group=\"(?<group>[^\"]+)\",partition=\"(?<partition>\\d+)\","
            + "topic=\"(?<topic>[^\"]+)\"\\}",
        RegexOptions.Multiline | RegexOptions.NonBacktracking
    )]
    private static partial Regex Unapplied();
}
