using ConcertReservation.Tests.Benchmarks;
using Spectre.Console;

namespace ConcertReservation.Tests.Unit.Benchmarks;

internal sealed class OutcomeTests
{
    private static readonly Check Right = new("everything is there", []);
    private static readonly Check Wrong = new("everything is there", ["one is missing"]);
    private static readonly Bar Met = Bar.AtLeast(0.6, 0.6, "of the peer");
    private static readonly Bar Missed = Bar.Under(10, 10, "ms at p50");

    [Test]
    public void the_last_line_has_the_medians_and_their_ratio() =>
        Found([Met], [Right])
            .Lines.ShouldBe(["relay: 34211 rows/s, peer: 57018 rows/s, ratio: 0.60"]);

    [Test]
    public void a_further_peer_has_a_line_of_its_own()
    {
        var found = Found([Met], [Right]) with
        {
            OtherPeers = [("relay, in one go", Of("rows/s", 68_422))],
        };

        found.Lines.ShouldBe([
            "relay, in one go: 34211 rows/s, peer: 68422 rows/s, ratio: 0.50",
            "relay: 34211 rows/s, peer: 57018 rows/s, ratio: 0.60",
        ]);
    }

    [Test]
    public void small_figures_keep_their_digits()
    {
        var latency = new Outcome("latency", Of("ms", 8.254), Of("ms", 7.1), [], [], []);

        latency.Lines.ShouldBe(["latency: 8.25 ms, peer: 7.1 ms, ratio: 1.16"]);
    }

    [Test]
    public void a_missed_bar_or_a_wrong_result_is_no_success()
    {
        Found([Met], [Right]).IsGood.ShouldBeTrue();
        Found([Met, Missed], [Right]).IsGood.ShouldBeFalse();
        Found([Met], [Right, Wrong]).IsGood.ShouldBeFalse();
    }

    [Test]
    public void a_count_that_differs_is_wrong()
    {
        Check.Equal("events stored", 1000, 1000).IsRight.ShouldBeTrue();
        var wrong = Check.Equal("events stored", 1000, 999);

        wrong.Sentence.ShouldBe("events stored: 999");
        wrong.Faults.ShouldBe(["1,000 were expected"]);
    }

    [Test]
    public void the_report_ends_with_the_line_behind_table_bars_and_checks()
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) }
        );
        console.Profile.Width = 120;

        Report.Write(console, Found([Met, Missed], [Wrong]));

        var lines = output.ToString().TrimEnd().Split('\n').Select(l => l.TrimEnd()).ToArray();
        lines.ShouldContain(l => l.Contains("34,211", StringComparison.Ordinal));
        lines.ShouldContain("met    at least 0.6 of the peer: 0.6");
        lines.ShouldContain("MISSED under 10 ms at p50: 10");
        lines.ShouldContain("WRONG  everything is there");
        lines.ShouldContain("       one is missing");
        lines[^1].ShouldBe("relay: 34211 rows/s, peer: 57018 rows/s, ratio: 0.60");
    }

    private static Outcome Found(IReadOnlyList<Bar> bars, IReadOnlyList<Check> checks) =>
        new("relay", Of("rows/s", 34_211), Of("rows/s", 57_018), [], bars, checks);

    private static Measure Of(string unit, double median) =>
        new("what", unit, new Series([median - 1, median, median + 1]));
}
