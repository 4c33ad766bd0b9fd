using ConcertReservation.Tests.Faults.Harness;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>The program of <c>./run verify</c>, asked in a way that it cannot answer.</summary>
internal sealed class VerifyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("verify-").FullName;
        File.WriteAllText(Path.Combine(_folder, "broken.jsonl"), "{\"at\":\"yesterday\"}\n{}\n");
        File.WriteAllText(Path.Combine(_folder, "empty.jsonl"), "");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("--bogus is no option", "--bogus")]
    [TestCase("--within takes whole seconds", "--within", "-5")]
    [TestCase("--within takes whole seconds", "--within", "soon")]
    [TestCase("Could not find file", "--journal", "missing.jsonl")]
    [TestCase("denied", "--journal", ".")]
    [TestCase("Line 1 of broken.jsonl is no entry", "--journal", "broken.jsonl")]
    [TestCase("nor is nowhere.json there", "--journal", "empty.jsonl")]
    public async Task what_it_cannot_do_is_one_line_and_exit_code_2(
        string said,
        params string[] args
    )
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LOCAL_SERVICES"] = "nowhere.json",
            ["ConnectionStrings__Postgres"] = "",
        };

        var (exitCode, output) = await Tool.RunAsync(
            typeof(Verifier).Assembly,
            _folder,
            environment,
            Patience,
            args
        );

        exitCode.ShouldBe(2, output);
        var line = output.Trim().Split('\n').ShouldHaveSingleItem();
        line.ShouldStartWith("Cannot verify: ");
        line.ShouldContain(said);
    }
}
