using System.Diagnostics;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>What <c>debian.sh</c> holds to be missing on a machine.</summary>
internal sealed class DebianScriptTests
{
    private string _programs = "";

    [SetUp]
    public void MakeFolder() => _programs = Directory.CreateTempSubdirectory("programs-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_programs, recursive: true);

    [TestCase("librdkafka.so.1 (libc6,x86-64) => /lib/librdkafka.so.1", "")]
    [TestCase("librdkafka.so.2 (libc6,x86-64) => /lib/librdkafka.so.2", "librdkafka1")]
    public void a_library_is_found_however_long_the_list_is_that_has_it(
        string library,
        string missing
    )
    {
        Checkout.Write(
            Path.Combine(_programs, "ldconfig"),
            $"#!/bin/sh\necho '\t{library}'\nseq 100000\n"
        );
        var start = new ProcessStartInfo(
            "bash",
            ["-c", "set -euo pipefail; . src/Tools/LocalServices/debian.sh; missing_packages"]
        )
        {
            WorkingDirectory = Checkout.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = $"{_programs}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["ConnectionStrings__Postgres"] = "elsewhere";
        start.Environment["ConnectionStrings__Redis"] = "elsewhere";
        using var script = Process.Start(start)!;

        script.StandardOutput.ReadToEnd().Trim().ShouldBe(missing);
        script.WaitForExit();
        script.ExitCode.ShouldBe(0);
    }
}
