using System.Diagnostics;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>What the scripts of deploy/recovery refuse before they look at any service.</summary>
internal sealed class RecoveryScriptTests
{
    /// <summary>The next thing that they miss here.</summary>
    private const string NoRedis = "Refused: ConnectionStrings__Redis is not set.";

    [TestCase("rebuild-kafka", "28", NoRedis)]
    [TestCase("rebuild-kafka", "29", "Refused: --days takes 28 at most")]
    [TestCase("rebuild-kafka", "9999", "Refused: --days takes 28 at most")]
    [TestCase("rebuild-kafka", "-1", "Refused: --days takes a whole number")]
    [TestCase("restore-database --restored", "28", NoRedis)]
    [TestCase("restore-database --restored", "29", "Refused: --days takes 28 at most")]
    public void no_events_are_sent_again_that_groups_could_apply_again(
        string script,
        string days,
        string said
    )
    {
        var start = new ProcessStartInfo("bash", ["-c", $"deploy/recovery/{script} --days {days}"])
        {
            WorkingDirectory = Checkout.Root,
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__Postgres"] = "elsewhere";
        start.Environment.Remove("ConnectionStrings__Redis");
        using var process = Process.Start(start)!;

        process.StandardError.ReadToEnd().Trim().ShouldStartWith(said);
        process.WaitForExit();
        process.ExitCode.ShouldBe(2);
    }
}
