using System.Diagnostics;
using System.Text.Json;
using ConcertReservation.LocalServices;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>A LocalServices process that owns, or joins, what runs in a directory.</summary>
internal sealed class Owner : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The capabilities that Docker leaves to root where nobody asks for others.</summary>
    private const string OfDocker =
        "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,"
        + "+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap";

    /// <summary>Who finds them in the environment starts none of its own.</summary>
    public static IReadOnlyList<string> Addresses { get; } =
    [
        "ConnectionStrings__Postgres",
        "ConnectionStrings__Redis",
        "Kafka__BootstrapServers",
        "KAFKA_HOME",
        "Payments__Gateway__BaseAddress",
    ];

    private readonly Process _process;
    private readonly Task<string> _output;

    private Owner(string directory, Process process)
    {
        (Directory, _process) = (directory, process);
        _output = process.StandardOutput.ReadToEndAsync();
    }

    public string Directory { get; }

    /// <summary>The pids and ports of the services in the directory.</summary>
    public ServiceState State =>
        JsonSerializer.Deserialize(
            File.ReadAllText(Path.Combine(Directory, "state.json")),
            RunJson.Default.ServiceState
        )!;

    /// <param name="environment">Services that are named here are not started.</param>
    public static Owner Start(
        string directory,
        string[] command,
        params (string Name, string Value)[] environment
    ) => Start(["dotnet"], ["--dir", directory], directory, command, environment);

    /// <summary>One that throws away what an earlier owner left.</summary>
    public static Owner StartFresh(
        string directory,
        string[] command,
        params (string Name, string Value)[] environment
    ) => Start(["dotnet"], ["--dir", directory, "--fresh"], directory, command, environment);

    /// <summary>One of root's that can do no more than in a container.</summary>
    public static Owner StartAsInAContainer(
        string directory,
        string[] command,
        params (string Name, string Value)[] environment
    ) =>
        Start(
            ["setpriv", $"--bounding-set={OfDocker}", "--inh-caps=-all", "dotnet"],
            ["--dir", directory],
            directory,
            command,
            environment
        );

    /// <summary>Waits until the services are up, and says where they are.</summary>
    public RunFile WaitUntilUp()
    {
        RunFile? file = null;
        SpinWait
            .SpinUntil(() => _process.HasExited || (file = Read()) is not null, Patience)
            .ShouldBeTrue($"{RunFile.FileName} appears in {Directory}");
        return file.ShouldNotBeNull(_process.HasExited ? _process.StandardError.ReadToEnd() : "");
    }

    /// <summary>Waits for the end.</summary>
    public (int ExitCode, string Output) WaitForEnd()
    {
        _process.WaitForExit(Patience).ShouldBeTrue("LocalServices ends");
        return (_process.ExitCode, _output.GetAwaiter().GetResult() + Errors());
    }

    /// <summary>As a machine's out-of-memory killer would: no time to stop anything.</summary>
    public void KillAtOnce()
    {
        _process.Kill();
        _process.WaitForExit(Patience).ShouldBeTrue("a killed process ends");
    }

    /// <summary>As Ctrl-C does.</summary>
    public void Interrupt() =>
        LocalProcess
            .Adopt(LocalProcess.Identify(_process.Id)!)!
            .Signal(System.Runtime.InteropServices.PosixSignal.SIGINT);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Interrupt();
            _process.WaitForExit(Patience);
        }

        _process.Dispose();
    }

    private static Owner Start(
        string[] program,
        string[] options,
        string directory,
        string[] command,
        (string Name, string Value)[] environment
    )
    {
        var assembly = typeof(LocalProcess).Assembly.Location;
        var start = new ProcessStartInfo(
            program[0],
            [.. program[1..], assembly, "up", .. options, "--", .. command]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What ./test started for all tests is not what these tests are about.
        foreach (var name in Addresses)
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new Owner(directory, Process.Start(start)!);
    }

    private string Errors() => _process.StandardError.ReadToEnd();

    private RunFile? Read()
    {
        var file = RunFile.Read(Directory);
        return file?.Pid == _process.Id ? file : null;
    }
}
