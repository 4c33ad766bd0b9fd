using ConcertReservation.Tests.Benchmarks;

namespace ConcertReservation.Tests.Unit.Benchmarks;

internal sealed class SeriesTests
{
    [TestCase(new[] { 3.0, 1.0, 2.0 }, 2.0, TestName = "of_an_odd_number_it_is_the_middle_one")]
    [TestCase(new[] { 4.0, 1.0, 2.0, 3.0 }, 2.5, TestName = "of_an_even_number_the_mean_of_two")]
    [TestCase(new[] { 7.0 }, 7.0, TestName = "of_one_it_is_that_one")]
    public void the_median_does_not_heed_the_outermost(double[] values, double median) =>
        new Series(values).Median.ShouldBe(median);

    [Test]
    public void the_spread_is_from_the_least_to_the_greatest_in_parts_of_the_median()
    {
        var series = new Series([90, 100, 120]);

        (series.Min, series.Max, series.Count).ShouldBe((90, 120, 3));
        series.Spread.ShouldBe(0.3, tolerance: 1e-9);
    }

    [Test]
    public void a_percentile_is_a_value_that_was_measured()
    {
        var series = new Series(Enumerable.Range(1, 200).Select(n => (double)n).Reverse());

        series.Percentile(50).ShouldBe(100);
        series.Percentile(99).ShouldBe(198);
        series.Percentile(99.9).ShouldBe(200);
        series.Percentile(100).ShouldBe(200);
    }

    [Test]
    public void nothing_measured_is_no_series() =>
        Should.Throw<ArgumentException>(() => new Series([]));
}
