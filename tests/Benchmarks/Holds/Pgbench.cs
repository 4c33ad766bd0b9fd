using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>PostgreSQL's own load generator, with prepared statements.</summary>
internal static class Pgbench
{
    private const int Threads = 2;

    /// <param name="script">A file; the variables n and clients are set for it.</param>
    /// <returns>Transactions and how many a second, connecting not counted.</returns>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public static async Task<(long Transactions, double PerSecond)> RunAsync(
        string connectionString,
        string script,
        int clients,
        TimeSpan time,
        CancellationToken stop
    )
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        string[] arguments =
        [
            "--no-vacuum",
            "--protocol=prepared",
            $"--client={clients}",
            $"--jobs={Threads}",
            $"--time={time.TotalSeconds:0}",
            $"--file={script}",
            "--define=n=-1",
            $"--define=clients={clients}",
            $"--host={server.Host}",
            $"--port={server.Port}",
            $"--username={server.Username}",
            server.Database!,
        ];
        var start = new ProcessStartInfo(Program(), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = server.Password },
        };
        using var pgbench = Process.Start(start)!;
        var errors = pgbench.StandardError.ReadToEndAsync(stop);
        var said = await pgbench.StandardOutput.ReadToEndAsync(stop);
        await pgbench.WaitForExitAsync(stop);
        if (pgbench.ExitCode != 0)
            throw new InvalidOperationException($"pgbench failed: {await errors}");
        return (
            long.Parse(Behind(said, "actually processed: "), Numbers.Culture),
            double.Parse(Behind(said, "tps = "), Numbers.Culture)
        );
    }

    /// <summary>Of the newest PostgreSQL that is installed.</summary>
    private static string Program() =>
        Directory
            .GetDirectories("/usr/lib/postgresql")
            .Select(d => (Version: Path.GetFileName(d), File: Path.Combine(d, "bin", "pgbench")))
            .Where(p => p.Version.All(char.IsAsciiDigit) && File.Exists(p.File))
            .MaxBy(p => int.Parse(p.Version, CultureInfo.InvariantCulture))
            .File;

    /// <summary>The word that follows.</summary>
    private static string Behind(string said, string mark)
    {
        var from = said.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        return said[from..].Split([' ', '\n'], 2)[0];
    }
}
