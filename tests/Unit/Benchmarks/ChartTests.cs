using System.Xml.Linq;
using ConcertReservation.Tests.Benchmarks;

namespace ConcertReservation.Tests.Unit.Benchmarks;

internal sealed class ChartTests
{
    private static readonly Outcome Holds = new(
        "holds",
        Of("host <over HTTP>", "holds/s", 100, 200, 300),
        Of("pgbench", "holds/s", 50, 100, 150),
        [Of("p99", "ms", 20), Of("host, cold", "holds/s", 60)],
        [],
        []
    );

    [Test]
    public void each_measure_of_the_unit_and_each_peer_has_a_bar_as_long_as_its_median()
    {
        var bars = Elements("rect").Skip(1).Select(r => (double)r.Attribute("width")!).ToArray();

        bars.Length.ShouldBe(3);
        (bars[0] / bars[1]).ShouldBe(2, 0.05);
        bars[2].ShouldBeLessThan(bars[1]);
    }

    [Test]
    public void a_line_goes_from_the_least_round_to_the_greatest()
    {
        var ours = Elements("line").First();

        var (least, most) = ((double)ours.Attribute("x1")!, (double)ours.Attribute("x2")!);
        var from = (double)Elements("rect").Skip(1).First().Attribute("x")!;
        ((most - from) / (least - from)).ShouldBe(3, 0.1);
    }

    [Test]
    public void what_was_measured_is_text_whatever_its_letters() =>
        Elements("text").Select(t => t.Value).ShouldContain("host <over HTTP>");

    private static IEnumerable<XElement> Elements(string name) =>
        XDocument
            .Parse(Chart.Draw(Holds))
            .Descendants(XName.Get(name, "http://www.w3.org/2000/svg"));

    private static Measure Of(string what, string unit, params double[] rounds) =>
        new(what, unit, new Series(rounds));
}
