namespace ConcertReservation.Tests.Benchmarks;

/// <summary>The same thing measured several times.</summary>
internal sealed class Series
{
    private readonly double[] _sorted;

    /// <exception cref="ArgumentException">Nothing was measured.</exception>
    public Series(IEnumerable<double> values)
    {
        _sorted = [.. values.Order()];
        if (_sorted.Length == 0)
            throw new ArgumentException("Nothing was measured.", nameof(values));
    }

    public int Count => _sorted.Length;

    public IReadOnlyList<double> Values => _sorted;

    public double Min => _sorted[0];

    public double Max => _sorted[^1];

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public double Median => (_sorted[(Count - 1) / 2] + _sorted[Count / 2]) / 2;

    /// <summary>From the least to the greatest, in parts of the median.</summary>
    public double Spread => Median == 0 ? 0 : (Max - Min) / Median;

    /// <summary>The least value that so many percent of all are not above (nearest rank).</summary>
    /// <param name="percent">Above 0, at most 100.</param>
    public double Percentile(double percent) =>
        _sorted[(int)Math.Ceiling(percent / 100 * Count) - 1];
}
