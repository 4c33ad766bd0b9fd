using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Soak;

/// <summary>How often what happened, over all rounds.</summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<HostProcess, long> _absorbed = [];

    public IReadOnlyList<(string What, long Count)> Counts
    {
        get
        {
            lock (_gate)
                return [.. _counts.Select(c => (c.Key, c.Value))];
        }
    }

    public void Count(string what, long by = 1)
    {
        lock (_gate)
            _counts[what] = _counts.GetValueOrDefault(what) + by;
    }

    /// <summary>Of what is counted elsewhere.</summary>
    public void Note(string what, long count)
    {
        lock (_gate)
            _counts[what] = count;
    }

    public void NoteLongest(string what, long count)
    {
        lock (_gate)
            _counts[what] = Math.Max(_counts.GetValueOrDefault(what), count);
    }

    /// <summary>
    /// What came again and was passed over by the inbox. A host that ends takes its count with it:
    /// to be called before, and what it absorbed since is in no sum.
    /// </summary>
    public async Task CountAbsorbedAsync(HostProcess host)
    {
        if (await Scrape.SumAsync(host, "inbox_duplicates_total") is not { } absorbed)
            return;

        lock (_gate)
        {
            var before = _absorbed.GetValueOrDefault(host);
            _absorbed[host] = absorbed;
            // Fewer than before: another process tells of its own alone.
            var more = absorbed < before ? absorbed : absorbed - before;
            const string What = "duplicates absorbed, at least";
            _counts[What] = _counts.GetValueOrDefault(What) + more;
        }
    }
}
