using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ConcertReservation.Tests.Architecture;

/// <summary>
/// The breakages of <c>tests/mutations</c> apply to the code as it is today, and each names a test
/// of the normal run; that the test notices is shown by <c>./test --mutations</c>.
/// </summary>
internal sealed class MutationTests
{
    private static readonly string Folder = Path.Combine(House.Root, "tests", "mutations");

    public static IEnumerable<string> Names() =>
        Directory
            .GetFiles(Folder, "*.patch")
            .Select(f => Path.GetFileNameWithoutExtension(f))
            .Order(StringComparer.Ordinal);

    [Test]
    public void there_are_some() => Names().Count().ShouldBeGreaterThanOrEqualTo(10);

    [TestCaseSource(nameof(Names))]
    public void a_mutation_applies_and_names_a_test_of_the_normal_run(string name) =>
        Faults(File.ReadAllText(Path.Combine(Folder, name + ".patch"))).ShouldBeEmpty();

    [Test]
    public void a_mutation_that_has_rotted_is_found()
    {
        var good = File.ReadAllText(Path.Combine(Folder, Names().First() + ".patch"));

        Faults(good.Replace("\n-", "\n-was something else once: ", StringComparison.Ordinal))
            .ShouldContain("it does not apply");
        Faults(good.Replace("Caught by", "Perhaps by", StringComparison.Ordinal))
            .ShouldHaveSingleItem()
            .ShouldBe("it names no test");
        Faults(Caught("Integration ConsumingTests.was_a_test_once"))
            .ShouldContain("its test is nowhere");
        Faults(Caught("Integration ConsumingTests.a_batch_is_flushed_at_once"))
            .ShouldContain("its test is not of the normal run");

        string Caught(string by) =>
            Regex.Replace(
                good,
                "^Caught by: .*$",
                "Caught by: " + by,
                RegexOptions.Multiline,
                Rule.Patience
            );
    }

    private static IEnumerable<string> Faults(string patch)
    {
        if (!Applies(patch))
            yield return "it does not apply";
        var by = Regex.Match(
            patch,
            @"^Caught by: (?<room>\w+) (?<class>\w+)\.(?<test>\w+)$",
            RegexOptions.Multiline | RegexOptions.ExplicitCapture,
            Rule.Patience
        );
        if (!by.Success)
        {
            yield return "it names no test";
            yield break;
        }

        var file = House.Ours.Files.SingleOrDefault(f =>
            f.IsIn("tests/" + by.Groups["room"].Value)
            && f.Path.EndsWith($"/{by.Groups["class"].Value}.cs", StringComparison.Ordinal)
        );
        var start = file?.Text.IndexOf($" {by.Groups["test"].Value}(", StringComparison.Ordinal);
        if (start is null or < 0)
            yield return "its test is nowhere";
        else if (IsLong(file!.Text, start.Value))
            yield return "its test is not of the normal run";
    }

    /// <summary>Its own attributes are above it up to an empty line, as are its class's.</summary>
    private static bool IsLong(string text, int test)
    {
        var own = text[text.LastIndexOf("\n\n", test, StringComparison.Ordinal)..test];
        var ofClass = text[..text.IndexOf(" class ", StringComparison.Ordinal)];
        return (ofClass + own).Contains("Category(\"Long\")", StringComparison.Ordinal);
    }

    private static bool Applies(string patch)
    {
        var start = new ProcessStartInfo("git", ["apply", "--check", "-"])
        {
            WorkingDirectory = House.Root,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using var git = Process.Start(start)!;
        git.StandardInput.Write(patch);
        git.StandardInput.Close();
        git.StandardError.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0;
    }
}
