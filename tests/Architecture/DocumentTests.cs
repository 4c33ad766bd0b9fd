using System.Text.RegularExpressions;

namespace ConcertReservation.Tests.Architecture;

/// <summary>The documents lead somewhere, and the first one is short.</summary>
internal sealed class DocumentTests
{
    private const int MaxReadmeLines = 149;

    [Test]
    public void the_readme_has_less_than_150_lines() =>
        File.ReadAllLines(Path.Combine(House.Root, "README.md"))
            .Length.ShouldBeLessThanOrEqualTo(MaxReadmeLines);

    [Test]
    public void every_link_and_source_path_in_the_documents_leads_to_a_file()
    {
        var documents = Documents();

        documents.Count.ShouldBeGreaterThan(8);
        documents.SelectMany(d => DeadEnds(d, File.ReadAllText(d))).ShouldBeEmpty();
    }

    [Test]
    public void a_dead_end_is_found()
    {
        var readme = Path.Combine(House.Root, "README.md");

        DeadEnds(readme, "see [there](docs/nowhere.md)").ShouldHaveSingleItem();
        DeadEnds(readme, "see `src/Host/Nowhere.cs`").ShouldHaveSingleItem();
        DeadEnds(readme, "see [here](docs/adr/) and `src/Host/Program.cs`").ShouldBeEmpty();
    }

    private static IReadOnlyList<string> Documents() =>
        [
            Path.Combine(House.Root, "README.md"),
            .. Directory.GetFiles(
                Path.Combine(House.Root, "docs"),
                "*.md",
                SearchOption.AllDirectories
            ),
        ];

    private static IEnumerable<string> DeadEnds(string document, string text)
    {
        const string links = @"\]\((?!https?:)(?<path>[^)#]+)";
        const string sources = @"`(?<path>(src|tests|deploy|docs)/[\w./-]+)`";
        var own = Path.GetDirectoryName(document)!;
        var fromHere = Paths(text, links).Select(p => Path.Combine(own, p));
        var fromRoot = Paths(text, sources).Select(p => Path.Combine(House.Root, p));
        return fromHere
            .Concat(fromRoot)
            .Where(p => !Path.Exists(p))
            .Select(p => $"{Path.GetRelativePath(House.Root, document)} names {p}");
    }

    private static IEnumerable<string> Paths(string text, string pattern) =>
        Regex
            .Matches(text, pattern, RegexOptions.ExplicitCapture, Rule.Patience)
            .Select(m => m.Groups["path"].Value);
}
