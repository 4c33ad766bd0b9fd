using System.Collections.Concurrent;
using System.Diagnostics;
using ConcertReservation.Tests.Faults.OwnServices;
using Npgsql;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>A script of deploy/recovery, as an operator types it beside hosts that run.</summary>
internal sealed class Drill : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();

    private Drill(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private string Said => string.Join('\n', _said);

    public static Drill Start(FaultSystem system, string script, params string[] options) =>
        Start(system, null, script, options);

    /// <param name="setting">One that is not as the hosts have it.</param>
    private static Drill Start(
        FaultSystem system,
        (string Name, string Value)? setting,
        string script,
        string[] options
    )
    {
        var start = new ProcessStartInfo(Checkout.File($"deploy/recovery/{script}"), options)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = system.Folder,
        };
        start.Environment["ConnectionStrings__Postgres"] = system.Services.Postgres;
        start.Environment["ConnectionStrings__Redis"] = system.Services.Redis;
        start.Environment["Kafka__BootstrapServers"] = system.Services.Kafka;
        start.Environment["Kafka__Prefix"] = system.Services.KafkaPrefix;
        if (setting is { } other)
            start.Environment[other.Name] = other.Value;
        return new Drill(Process.Start(start)!);
    }

    /// <summary>One that changes nothing and says why.</summary>
    public static Task IsRefusedAsync(
        FaultSystem system,
        string why,
        string script,
        params string[] options
    ) => IsRefusedAsync(system, null, why, script, options);

    /// <summary>The same with a setting that is not as the hosts have it.</summary>
    public static async Task IsRefusedAsync(
        FaultSystem system,
        (string Name, string Value)? setting,
        string why,
        string script,
        params string[] options
    )
    {
        using var drill = Start(system, setting, script, options);
        (await drill.EndAsync()).ShouldBe(2, drill.Said);
        drill
            ._said.Single(l => l.StartsWith("Refused: ", StringComparison.Ordinal))
            .ShouldContain(why);
    }

    /// <summary>One that such a setting ends in the midst of it, in that step.</summary>
    public static async Task BreaksAsync(
        FaultSystem system,
        (string Name, string Value) setting,
        string step,
        string script,
        params string[] options
    )
    {
        using var drill = Start(system, setting, script, options);
        (await drill.EndAsync()).ShouldBe(1, drill.Said);
        drill
            ._said.Last(l => l.Length > 0 && char.IsAsciiDigit(l[0]))
            .ShouldEndWith(step, customMessage: drill.Said);
    }

    /// <summary>Returns when it asks its operator for something.</summary>
    public Task AsksAsync(string what) =>
        Eventually.Until(
            $"it asks to {what}",
            () =>
                _process.HasExited
                    ? throw new AssertionException($"It ended: {Said}")
                    : _said.Any(l => l.Contains(what, StringComparison.Ordinal)),
            Patience
        );

    /// <summary>It ends as the checker does, and the checker finds nothing.</summary>
    public async Task HoldsAsync()
    {
        (await EndAsync()).ShouldBe(0, Said);
        _said.Last().ShouldStartWith("Every invariant that could be checked holds.");
    }

    /// <summary>A backup as docs/recovery.md has them made.</summary>
    public static async Task BackUpAsync(string connectionString, string file)
    {
        var of = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(
            "pg_dump",
            [
                "--format=custom",
                $"--file={file}",
                $"--host={of.Host}",
                $"--port={of.Port}",
                $"--username={of.Username}",
                of.Database!,
            ]
        );
        start.Environment["PGPASSWORD"] = of.Password;
        using var dump = Process.Start(start)!;
        await dump.WaitForExitAsync();
        dump.ExitCode.ShouldBe(0);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    private void Hear(string? line)
    {
        if (line is { Length: > 0 })
            _said.Enqueue(line);
    }
}
