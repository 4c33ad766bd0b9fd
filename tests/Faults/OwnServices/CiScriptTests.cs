using System.Diagnostics;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>
/// The script <c>.ci/run</c> in a project whose <c>./test</c> only writes down how it was called.
/// </summary>
internal sealed class CiScriptTests
{
    private static readonly string[] Programs =
    [
        "awk",
        "bash",
        "cat",
        "dirname",
        "env",
        "grep",
        "mktemp",
        "rm",
        "tail",
        "tee",
    ];

    private string _folder = "";

    [SetUp]
    public void MakeProject()
    {
        _folder = Directory.CreateTempSubdirectory("ci-").FullName;
        Checkout.Write(In("project/.ci/run"), File.ReadAllText(Checkout.File(".ci/run")));
        ATestThat("exit 0");
        Directory.CreateDirectory(In("bin"));
        foreach (var program in Programs)
            File.CreateSymbolicLink(In($"bin/{program}"), Find(program));
    }

    [TearDown]
    public void RemoveProject() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void a_kafka_beside_the_project_without_java_is_a_failure_and_nothing_runs()
    {
        Directory.CreateDirectory(In("shared/kafka"));

        var (exitCode, output) = Run();

        exitCode.ShouldBe(1);
        output.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("needs java");
        Calls().ShouldBeEmpty();
    }

    [Test]
    public void with_a_kafka_beside_the_project_all_runs_on_it_and_then_on_the_embedded_one()
    {
        Directory.CreateDirectory(In("shared/kafka"));
        Checkout.Write(In("bin/java"), "#!/bin/sh\n");

        var (exitCode, output) = Run();

        exitCode.ShouldBe(0, output);
        var calls = Calls();
        var brokers = $"KAFKA_HOME={In("shared/kafka")}";
        calls.ShouldBe([
            $"{brokers} ./test",
            $"{brokers} ./test --long",
            "KAFKA_HOME= ./test Faults Integration --filter "
                + "TestCategory!=AnyKafka&(TestCategory!=Long|FullyQualifiedName!~Tests.Faults)",
        ]);
        output.TrimEnd().Split('\n')[^1].ShouldBe("9 passed, 0 failed, 3 skipped");
    }

    [Test]
    public void without_one_all_runs_on_the_embedded_kafka()
    {
        var (exitCode, output) = Run();

        exitCode.ShouldBe(0, output);
        Calls().ShouldBe(["KAFKA_HOME= ./test", "KAFKA_HOME= ./test --long"]);
        output.TrimEnd().Split('\n')[^1].ShouldBe("6 passed, 0 failed, 2 skipped");
    }

    [TestCase("[ -z \"$KAFKA_HOME\" ]", TestName = "a_failure_on_real_brokers_fails_all")]
    [TestCase("[ -n \"$KAFKA_HOME\" ]", TestName = "a_failure_on_the_embedded_kafka_fails_all")]
    public void a_failure_of_one_fails_all(string succeeds)
    {
        Directory.CreateDirectory(In("shared/kafka"));
        Checkout.Write(In("bin/java"), "#!/bin/sh\n");
        ATestThat(succeeds);

        Run().ExitCode.ShouldBe(1);
        Calls().Count.ShouldBe(3);
    }

    private string In(string path) => Path.Combine(_folder, path);

    private IReadOnlyList<string> Calls() =>
        File.Exists(In("calls")) ? File.ReadAllLines(In("calls")) : [];

    private void ATestThat(string ends) =>
        Checkout.Write(
            In("project/test"),
            $"""
            #!/bin/bash
            echo KAFKA_HOME=$KAFKA_HOME ./test $* >>{In("calls")}
            echo "3 passed, 0 failed, 1 skipped"
            {ends}

            """
        );

    private (int ExitCode, string Output) Run()
    {
        var start = new ProcessStartInfo(Find("bash"), [In("project/.ci/run")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = In("bin");
        start.Environment.Remove("KAFKA_HOME");
        using var script = Process.Start(start)!;
        var errors = script.StandardError.ReadToEndAsync();
        var output = script.StandardOutput.ReadToEnd();
        script.WaitForExit();
        return (script.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private static string Find(string program) =>
        System
            .Environment.GetEnvironmentVariable("PATH")!
            .Split(':')
            .Select(directory => Path.Combine(directory, program))
            .First(File.Exists);
}
