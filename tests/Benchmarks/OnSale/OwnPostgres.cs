using System.Diagnostics;
using System.Globalization;
using ConcertReservation.LocalServices;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// A PostgreSQL that a benchmark may kill: as durable as that of <c>./bench</c>, with its settings
/// and on the same disk, and without data when it starts.
/// </summary>
internal sealed class OwnPostgres : IAsyncDisposable
{
    private const string Folder = ".local/bench-postgres";

    private readonly ServiceDirectory _directory;
    private LocalPostgres _server;

    private OwnPostgres(ServiceDirectory directory, LocalPostgres server) =>
        (_directory, _server) = (directory, server);

    public string ConnectionString => _server.ConnectionString;

    /// <summary>What the server and its sessions have had of the processors so far.</summary>
    public TimeSpan ProcessorTime =>
        AllProcesses().Aggregate(TimeSpan.Zero, (sum, pid) => sum + ProcessorTimes.Of(pid));

    /// <exception cref="InvalidOperationException">Another one runs in the folder.</exception>
    public static async Task<OwnPostgres> StartAsync(CancellationToken stop)
    {
        var directory =
            ServiceDirectory.TryOpen(Folder)
            ?? throw new InvalidOperationException($"{Folder} is in use.");
        await LocalPostgres.StopLeftAsync(directory);
        directory.Clear();
        return new OwnPostgres(directory, await LocalPostgres.StartAsync(directory, stop));
    }

    /// <summary>kill -9: no session ends its work, nothing is written any more.</summary>
    public void Kill()
    {
        // The server first: it would begin anew when a session of it dies.
        foreach (var pid in AllProcesses())
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                process.Kill();
                process.WaitForExit();
            }
            catch (ArgumentException)
            {
                // It noticed that the server is dead, and ended.
            }
        }
    }

    /// <summary>Recovers, at the same address, what had been made durable.</summary>
    public async Task StartAgainAsync(CancellationToken stop) =>
        _server = await LocalPostgres.StartAsync(_directory, stop);

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        _directory.Dispose();
    }

    private int[] AllProcesses() =>
        [_server.Process.Identity.Pid, .. Children(_server.Process.Identity.Pid)];

    private static IEnumerable<int> Children(int pid) =>
        File.ReadAllText($"/proc/{pid}/task/{pid}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => int.Parse(p, CultureInfo.InvariantCulture));
}
