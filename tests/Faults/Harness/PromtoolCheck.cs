using System.Diagnostics;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>Prometheus' own judge of what it is to scrape.</summary>
internal static class PromtoolCheck
{
    /// <returns>Its exit code, 0 for good, and all that it said.</returns>
    public static async Task<(int ExitCode, string Said)> OfAsync(string metrics)
    {
        var start = new ProcessStartInfo("promtool")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "check", "metrics" },
        };
        using var promtool = Process.Start(start)!;
        var output = promtool.StandardOutput.ReadToEndAsync();
        var errors = promtool.StandardError.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(metrics);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await output + await errors);
    }
}
