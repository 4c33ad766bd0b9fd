using System.Diagnostics;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>Prometheus' own judge of what it is to scrape, and of alarms.</summary>
internal static class PromtoolCheck
{
    /// <returns>Its exit code, 0 for good, and all that it said.</returns>
    public static Task<(int ExitCode, string Said)> OfAsync(string metrics) =>
        RunAsync(metrics, "check", "metrics");

    /// <param name="path">A file of alarms.</param>
    public static Task<(int ExitCode, string Said)> OfRulesAsync(string path) =>
        RunAsync("", "check", "rules", path);

    private static async Task<(int ExitCode, string Said)> RunAsync(
        string input,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo("promtool", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var promtool = Process.Start(start)!;
        var output = promtool.StandardOutput.ReadToEndAsync();
        var errors = promtool.StandardError.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await output + await errors);
    }
}
