using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ConcertReservation.LocalServices;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// A host as an operator runs it: a process of its own, which can be killed, frozen and started
/// again at the same address.
/// </summary>
internal sealed partial class HostProcess : IDisposable
{
    private const int KilledExitCode = 128 + 9;
    private const int TerminatedExitCode = 128 + 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    // All that is compiled and asked for once, on a machine that may be busy with a build.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, string> _environment;
    private Process? _process;

    /// <param name="folder">Where its log is written.</param>
    /// <param name="settings">Configuration keys, with colons, and their values.</param>
    public HostProcess(string name, string folder, IReadOnlyDictionary<string, string> settings)
    {
        Name = name;
        LogFile = Path.Combine(folder, $"host-{name}.log");
        var port = ServiceDirectory.DrawPort().ToString(CultureInfo.InvariantCulture);
        Url = new Uri($"http://127.0.0.1:{port}");
        Http = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(5) };
        _environment = settings.ToDictionary(
            s => s.Key.Replace(":", "__", StringComparison.Ordinal),
            s => s.Value,
            StringComparer.Ordinal
        );
        _environment["PORT"] = port;
        // Hosts of tests live for a minute: compiling again what they have called often would be
        // nearly half of their work. In hexadecimal, as all that the runtime is told so.
        _environment["DOTNET_TC_CallCountingDelayMs"] = "100000";
    }

    public string Name { get; }

    public Uri Url { get; }

    public HttpClient Http { get; }

    /// <summary>What all runs of this host said, one after the other.</summary>
    public string LogFile { get; }

    /// <summary>Starts the process, and returns before it is ready.</summary>
    public void Start()
    {
        var assembly = typeof(ConcertReservation.Host.HostApplication).Assembly.Location;
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", "exec dotnet \"$1\" >>\"$2\" 2>&1 </dev/null", "sh", assembly, LogFile]
        )
        {
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(LogFile)!,
        };
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        _process?.Dispose();
        _process = Process.Start(start)!;
    }

    /// <summary>Starts it with some settings changed for good.</summary>
    public void Start(params (string Key, string Value)[] changes)
    {
        foreach (var (key, value) in changes)
            _environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        Start();
    }

    public async Task WaitUntilReadyAsync() =>
        await Eventually.Until($"host {Name} is ready", IsReadyAsync, StartPatience);

    /// <summary>kill -9: it is dead on return, and had no time for anything.</summary>
    public void Kill()
    {
        var process = Running;
        process.Kill();
        process.WaitForExit(EndPatience).ShouldBeTrue($"host {Name}, killed, ends");
        process.ExitCode.ShouldBe(KilledExitCode);
    }

    /// <summary>Whether it has ended by SIGKILL; false while it runs.</summary>
    public bool WasKilled
    {
        get
        {
            if (!_process!.HasExited)
                return false;

            _process.ExitCode.ShouldBe(KilledExitCode, $"host {Name} ends by a kill: {LogFile}");
            return true;
        }
    }

    /// <summary>kill -9 where it runs.</summary>
    public void KillIfRunning()
    {
        if (_process is { HasExited: false })
            Kill();
    }

    /// <summary>SIGSTOP: it keeps its connections and locks, and does nothing on return.</summary>
    public void Freeze()
    {
        Signal(SigStop);
        SpinWait.SpinUntil(() => IsFrozen, EndPatience).ShouldBeTrue($"host {Name} is frozen");
    }

    /// <summary>SIGCONT: it goes on where it was, as if no time had passed.</summary>
    public void Thaw() => Signal(SigCont);

    /// <summary>True while the kernel has stopped all its threads.</summary>
    public bool IsFrozen
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{Running.Id}/stat");
            // The name in brackets may hold anything; the state follows it.
            return stat[stat.LastIndexOf(')') + 2] == 'T';
        }
    }

    /// <summary>SIGTERM, as an operator stops it.</summary>
    public void Stop() => Terminate().ShouldBe(0, $"host {Name} stops orderly: {LogFile}");

    /// <summary>The same; before it listens to signals, the kernel ends it.</summary>
    public void StopWhileItMayBeStarting() =>
        Terminate().ShouldBeOneOf([0, TerminatedExitCode], $"host {Name} stops: {LogFile}");

    /// <summary>Lines of the log, of all its runs, that have the text in them.</summary>
    public IReadOnlyList<string> Said(string text)
    {
        if (!File.Exists(LogFile))
            return [];

        var options = new FileStreamOptions { Share = FileShare.ReadWrite };
        using var log = new StreamReader(LogFile, options);
        var lines = new List<string>();
        while (log.ReadLine() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                lines.Add(line);
        }

        return lines;
    }

    public void Dispose()
    {
        Http.Dispose();
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit(EndPatience);
        }

        _process?.Dispose();
    }

    private Process Running =>
        _process is { HasExited: false }
            ? _process
            : throw new InvalidOperationException($"Host {Name} does not run: see {LogFile}");

    /// <summary>Whether it says that it is; one that does not answer in time is not.</summary>
    public async Task<bool> IsReadyAsync()
    {
        if (_process!.HasExited)
            throw new AssertionException($"Host {Name} ended: {File.ReadAllText(LogFile)}");
        try
        {
            using var answer = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <returns>Its exit code.</returns>
    private int Terminate()
    {
        var process = Running;
        LocalProcess.Adopt(LocalProcess.Identify(process.Id)!)!.Signal(PosixSignal.SIGTERM);
        process.WaitForExit(EndPatience).ShouldBeTrue($"host {Name} ends");
        return process.ExitCode;
    }

    private void Signal(int number) => kill(Running.Id, number).ShouldBe(0);

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
