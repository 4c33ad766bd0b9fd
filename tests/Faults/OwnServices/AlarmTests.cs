using System.Text.Json;
using System.Text.RegularExpressions;
using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>The alarms that docs/operations.md proposes are such as Prometheus takes.</summary>
internal sealed partial class AlarmTests
{
    [Test]
    public async Task prometheus_takes_every_alarm_of_the_page()
    {
        var alarms = AlarmsOf(Page());

        alarms.Count.ShouldBeGreaterThan(8);
        (await CheckAsync(alarms)).ExitCode.ShouldBe(0);
    }

    [Test]
    public async Task prometheus_refuses_what_is_no_alarm() =>
        (
            await CheckAsync(
                AlarmsOf("| when |\n| `sum by (group) kafka_consumer_lag > 1` | 1 min |")
            )
        ).ExitCode.ShouldNotBe(0);

    [Test]
    public void every_alarm_is_on_a_metric_that_the_page_tells_of()
    {
        var page = Page();
        var told = MetricsOf(page);

        told.Count.ShouldBeGreaterThan(8);
        AlarmsOf(page)
            .SelectMany(alarm => Word().Matches(alarm).Select(m => m.Value))
            .Where(word => !told.Any(t => word.StartsWith(t, StringComparison.Ordinal)))
            .ShouldBeEmpty();
    }

    /// <summary>Expressions in the first column of the table of alarms.</summary>
    private static IReadOnlyList<string> AlarmsOf(string page) =>
        FirstColumn(page, "| when |", InQuotes());

    /// <summary>Names, or what they begin with, in the first column of that of metrics.</summary>
    private static IReadOnlyList<string> MetricsOf(string page) =>
        FirstColumn(page, "| metric |", Name());

    private static IReadOnlyList<string> FirstColumn(string page, string header, Regex what) =>
        [
            .. page.Split('\n')
                .SkipWhile(l => !l.StartsWith(header, StringComparison.Ordinal))
                .TakeWhile(l => l.StartsWith('|'))
                .SelectMany(l => what.Matches(l.Split(" | ")[0]).Select(m => m.Value)),
        ];

    private static async Task<(int ExitCode, string Said)> CheckAsync(IEnumerable<string> alarms)
    {
        var file = Path.GetTempFileName();
        try
        {
            // JSON is YAML.
            var rules = alarms.Select((expr, i) => new { alert = $"A{i}", expr });
            var groups = new[] { new { name = "page", rules } };
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { groups }));
            return await PromtoolCheck.OfRulesAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Page()
    {
        const string Name = "docs/operations.md";
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, Name)))
            directory = Path.GetDirectoryName(directory)!;
        return File.ReadAllText(Path.Combine(directory, Name));
    }

    [GeneratedRegex("(?<=`)[^`]+(?=`)", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex InQuotes();

    /// <summary>What begins as our metrics do.</summary>
    [GeneratedRegex(
        "(kafka|outbox|dead|payments|http_server|db|dotnet)_[a-z_]+",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Word();

    [GeneratedRegex("[a-z]+_[a-z_]*", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
