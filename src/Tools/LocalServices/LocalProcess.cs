using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ConcertReservation.LocalServices;

/// <summary>Which process: a pid alone may have been given to another one since.</summary>
/// <param name="StartedTicks">
/// Field 22 of /proc/PID/stat: clock ticks since the machine booted.
/// </param>
internal sealed record ProcessIdentity(int Pid, long StartedTicks);

/// <summary>
/// A process that outlives its parent's death: in a session of its own, so that Ctrl-C reaches the
/// parent alone, who then stops everything in order.
/// </summary>
internal sealed partial class LocalProcess
{
    private const int PollMs = 20;
    private const long LogBytes = 10 * 1024 * 1024;
    private const int StatStateField = 0;
    private const int StatStartField = 19;

    private readonly Process? _child;

    private LocalProcess(ProcessIdentity identity, Process? child) =>
        (Identity, _child) = (identity, child);

    public ProcessIdentity Identity { get; }

    public bool IsRunning => StartedTicks(Identity.Pid) == Identity.StartedTicks;

    /// <summary>Of a child that has ended; an adopted process keeps its code to itself.</summary>
    public int? ExitCode => _child is { HasExited: true } ? _child.ExitCode : null;

    /// <summary>Starts a command with its output appended to a log file.</summary>
    public static LocalProcess Start(
        IEnumerable<string> command,
        string log,
        IReadOnlyDictionary<string, string>? environment = null,
        string? directory = null
    )
    {
        if (File.Exists(log) && new FileInfo(log).Length > LogBytes)
            File.Delete(log);
        const string script = "log=$1; shift; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null";
        return Start(["/bin/sh", "-c", script, "sh", log, .. command], environment, directory);
    }

    /// <summary>Starts a command that shares our terminal.</summary>
    public static LocalProcess StartInForeground(
        IEnumerable<string> command,
        IReadOnlyDictionary<string, string> environment
    ) => Start(["/bin/sh", "-c", "exec setsid \"$@\"", "sh", .. command], environment, null);

    /// <summary>The process, if it still is the same one.</summary>
    public static LocalProcess? Adopt(ProcessIdentity identity) =>
        StartedTicks(identity.Pid) == identity.StartedTicks
            ? new LocalProcess(identity, child: null)
            : null;

    /// <summary>Null where no such process lives.</summary>
    public static ProcessIdentity? Identify(int pid) =>
        StartedTicks(pid) is { } ticks ? new ProcessIdentity(pid, ticks) : null;

    /// <summary>The command line's words; empty where the process is gone.</summary>
    public static string[] CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Signals the process and all that it started.</summary>
    public void SignalGroup(PosixSignal signal) => _ = kill(-Identity.Pid, Number(signal));

    public void Signal(PosixSignal signal) => _ = kill(Identity.Pid, Number(signal));

    public void Kill() => _ = kill(-Identity.Pid, KillNumber);

    /// <summary>Asks the process to end; one that has not after the patience is killed.</summary>
    public async Task StopAsync(PosixSignal signal, TimeSpan patience)
    {
        Signal(signal);
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            await WaitAsync(CancellationToken.None);
        }
    }

    public async Task WaitAsync(CancellationToken stop)
    {
        while (IsRunning)
            await Task.Delay(PollMs, stop);
        if (_child is not null)
            await _child.WaitForExitAsync(stop);
    }

    /// <summary>Waits for the end; where nobody waits any more, it is asked to end.</summary>
    public async Task WaitOrStopAsync(TimeSpan patience, CancellationToken stop)
    {
        try
        {
            await WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(PosixSignal.SIGTERM, patience);
            throw;
        }
    }

    private static LocalProcess Start(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string>? environment,
        string? directory
    )
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false };
        if (directory is not null)
            start.WorkingDirectory = directory;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var child = Process.Start(start)!;
        // One that has ended at once has no entry any more; its exit code tells the caller.
        var identity = Identify(child.Id) ?? new ProcessIdentity(child.Id, StartedTicks: -1);
        return new LocalProcess(identity, child);
    }

    private static long? StartedTicks(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The name in brackets may hold anything; the fields behind it are plain.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var gone = fields[StatStateField] is "Z" or "X";
            return gone ? null : long.Parse(fields[StatStartField], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private const int KillNumber = 9;

    private static int Number(PosixSignal signal) =>
        signal switch
        {
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGTERM => 15,
            _ => throw new ArgumentOutOfRangeException(nameof(signal)),
        };

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
