using System.Globalization;
using System.Text.RegularExpressions;
using ConcertReservation.ContractDocs;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>
/// <c>docs/events.md</c> shows the samples as they are, and says of topics what the contract says.
/// Other tests compile and run that of .NET, and of Spring's the class of the event.
/// </summary>
internal sealed partial class ConsumerPageTests
{
    private static readonly string Root = ContractFiles.Around(AppContext.BaseDirectory).Root;
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs/events.md"));

    [Test]
    public void the_page_shows_every_sample_as_it_is()
    {
        var folder = Path.Combine(Root, "docs/samples");
        var samples = Directory
            .GetFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(Root, f), File.ReadAllText);

        var shown = Quote()
            .Matches(Page)
            .ToDictionary(m => m.Groups["path"].Value, m => m.Groups["text"].Value);

        shown.Keys.ShouldBe(samples.Keys, ignoreOrder: true);
        foreach (var (path, text) in samples)
            shown[path].ShouldBe(text, $"docs/events.md quotes {path} as it was.");
    }

    [Test]
    public void the_page_says_of_topics_what_the_contract_says()
    {
        var rows = TopicRow()
            .Matches(Page)
            .ToDictionary(
                m => m.Groups["topic"].Value,
                m =>
                    (
                        Key: m.Groups["key"].Value,
                        Partitions: int.Parse(
                            m.Groups["partitions"].Value,
                            CultureInfo.InvariantCulture
                        )
                    )
            );

        rows.Keys.ShouldBe(Topics.Partitions.Keys, ignoreOrder: true);
        foreach (var facts in EventFacts.All)
        {
            rows[facts.Topic].Key.ShouldBe($"{facts.KeyPrefix}{{{facts.IdField}}}");
            rows[facts.Topic].Partitions.ShouldBe(Topics.Partitions[facts.Topic]);
        }
    }

    /// <summary>A path on a line, and below it the file.</summary>
    [GeneratedRegex(
        @"^`(?<path>docs/samples/[\w./]+)`:\n\n```\w+\n(?<text>.*?)^```",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex Quote();

    [GeneratedRegex(
        @"^\| `(?<topic>[a-z-]+)` \| `(?<key>\S+)` \| (?<partitions>[0-9]+) \|",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex TopicRow();
}
