using System.Diagnostics;
using System.Reflection;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>A tool as an operator runs it: a process that ends by itself.</summary>
internal static class Tool
{
    /// <param name="folder">Where it runs.</param>
    /// <param name="patience">After it the process is killed.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        Assembly program,
        string folder,
        IReadOnlyDictionary<string, string> environment,
        TimeSpan patience,
        params string[] args
    )
    {
        // Here it lies among the tests' assemblies, and so needs the frameworks that they need.
        var hostAssembly = typeof(ConcertReservation.Host.HostApplication).Assembly.Location;
        var frameworks = Path.ChangeExtension(hostAssembly, "runtimeconfig.json");
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", "--runtimeconfig", frameworks, program.Location, .. args]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(patience))
            process.Kill();
        var said = await output + await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }
}
