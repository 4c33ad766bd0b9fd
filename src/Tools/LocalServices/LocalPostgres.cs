using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ConcertReservation.LocalServices;

/// <summary>A private, durable PostgreSQL on a loopback port.</summary>
internal sealed class LocalPostgres : ILocalService
{
    private const string Service = "postgres";
    private const string Database = "concert_reservation";
    private const string User = "concert";
    private const int StartAttempts = 10;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    /// <summary>A crash recovery of a full log may take its time.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);

    private static readonly string[] Settings =
    [
        "listen_addresses=127.0.0.1",
        // Socket paths are limited to 107 bytes, which a deep checkout exceeds.
        "unix_socket_directories=",
        "max_connections=300",
        "shared_buffers=256MB",
        "max_locks_per_transaction=256",
        "max_wal_size=2GB",
        "checkpoint_timeout=15min",
        "fsync=on",
        "synchronous_commit=on",
        "timezone=UTC",
        "log_timezone=UTC",
        "log_checkpoints=off",
    ];

    private readonly ServiceDirectory _directory;

    private LocalPostgres(ServiceDirectory directory, LocalProcess process, string version)
    {
        (_directory, Process) = (directory, process);
        Description = $"PostgreSQL {version}, own, on port {directory.PortOf(Service)}";
    }

    public string Name => "PostgreSQL";

    public string Description { get; }

    public LocalProcess Process { get; }

    public IReadOnlyList<LocalProcess> Processes => [Process];

    public string ConnectionString =>
        $"Host=127.0.0.1;Port={_directory.PortOf(Service)};Database={Database};"
        + $"Username={User};Password={_directory.Secret(Service)}";

    /// <exception cref="StartException">PostgreSQL is not installed or does not start.</exception>
    public static async Task<LocalPostgres> StartAsync(
        ServiceDirectory directory,
        CancellationToken stop
    )
    {
        var data = directory.In(Service, "data");
        Directory.CreateDirectory(directory.In(Service));
        if (Directory.Exists(data) && Left(directory, data) is { } left)
        {
            directory.Remember(Service, left);
            var adopted = new LocalPostgres(directory, left, Version(data));
            return await Readiness.OrStopAsync(adopted, adopted.WaitUntilReadyAsync(data, stop));
        }

        if (!Directory.Exists(data))
            await InitialiseAsync(directory, data, stop);

        RemoveForeignPid(data);
        for (var attempt = 1; ; attempt++)
        {
            var process = Launch(directory, data);
            var launched = new LocalPostgres(directory, process, Version(data));
            try
            {
                await launched.WaitUntilReadyAsync(data, stop);
                return launched;
            }
            catch (StartException) when (attempt < StartAttempts && !process.IsRunning)
            {
                // Sessions of a server that was killed may still be leaving its shared memory; and
                // a port that somebody else took since we looked is not chosen again.
                await Task.Delay(TimeSpan.FromSeconds(1), stop);
            }
            catch
            {
                await launched.StopAsync();
                throw;
            }
        }
    }

    /// <summary>Ends sessions, writes a checkpoint and stops ("fast shutdown").</summary>
    public async Task StopAsync()
    {
        await Process.StopAsync(PosixSignal.SIGINT, StopPatience);
        _directory.Forget(Service);
    }

    /// <summary>One that a dead owner left is of no use to one who wants no data.</summary>
    public static async Task StopLeftAsync(ServiceDirectory directory)
    {
        if (Left(directory, directory.In(Service, "data")) is { } left)
            await left.StopAsync(PosixSignal.SIGINT, StopPatience);
    }

    private static LocalProcess Launch(ServiceDirectory directory, string data)
    {
        var port = directory.FreePort(Service).ToString(CultureInfo.InvariantCulture);
        string[] command =
        [
            .. PostgresAccount.Become(data),
            Program(Version(data), "postgres"),
            "-D",
            data,
            "-p",
            port,
            .. Settings.SelectMany(s => new[] { "-c", s }),
        ];
        var process = LocalProcess.Start(command, Log(directory), directory: data);
        directory.Remember(Service, process);
        return process;
    }

    /// <summary>
    /// Its process is gone, and PostgreSQL knows a stale pid file; but not one whose pid was given
    /// to someone else since, as happens after a restart of a container.
    /// </summary>
    private static void RemoveForeignPid(string data)
    {
        var file = System.IO.Path.Combine(data, "postmaster.pid");
        if (
            File.Exists(file)
            && TryReadPid(file, out var pid)
            && LocalProcess.Identify(pid) is not null
        )
            File.Delete(file);
    }

    private static LocalProcess? Left(ServiceDirectory directory, string data)
    {
        if (directory.Left(Service) is { } remembered)
            return remembered;

        // The owner may have died between starting it and remembering it.
        var file = System.IO.Path.Combine(data, "postmaster.pid");
        if (!File.Exists(file) || !TryReadPid(file, out var pid))
            return null;
        return
            LocalProcess.CommandLine(pid).Contains(data, StringComparer.Ordinal)
            && LocalProcess.Identify(pid) is { } identity
            ? LocalProcess.Adopt(identity)
            : null;
    }

    private static bool TryReadPid(string file, out int pid) =>
        int.TryParse(
            File.ReadLines(file).FirstOrDefault(),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out pid
        );

    private static async Task InitialiseAsync(
        ServiceDirectory directory,
        string data,
        CancellationToken stop
    )
    {
        var passwordFile = directory.In(Service, "password");
        ServiceDirectory.WriteText(passwordFile, directory.Secret(Service));
        var unfinished = data + ".new";
        string[] arguments =
        [
            "-D",
            unfinished,
            "-U",
            User,
            "--auth=scram-sha-256",
            $"--pwfile={passwordFile}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ];
        try
        {
            await PostgresAccount.InitialiseAsync(
                Program(Version(data), "initdb"),
                unfinished,
                arguments,
                Log(directory),
                stop
            );
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(unfinished, data);
    }

    private async Task WaitUntilReadyAsync(string data, CancellationToken stop)
    {
        await Readiness.WaitAsync(
            Name,
            [(Process, Log(_directory))],
            StartPatience,
            _ => Task.FromResult(SaysReady(Process, data)),
            stop
        );
        await CreateDatabaseAsync(_directory, Version(data), stop);
    }

    /// <summary>
    /// The eighth line of postmaster.pid tells the state of the server; the first one, whose it is:
    /// a killed server's file still says what it said.
    /// </summary>
    private static bool SaysReady(LocalProcess process, string data)
    {
        const int statusLine = 7;
        var file = System.IO.Path.Combine(data, "postmaster.pid");
        return File.Exists(file)
            && TryReadPid(file, out var pid)
            && pid == process.Identity.Pid
            && File.ReadLines(file).ElementAtOrDefault(statusLine)?.Trim() == "ready";
    }

    private static async Task CreateDatabaseAsync(
        ServiceDirectory directory,
        string version,
        CancellationToken stop
    )
    {
        const string exists = $"SELECT count(*) FROM pg_database WHERE datname = '{Database}'";
        if ((await Psql(directory, version, exists, stop)).Trim() != "1")
            await Psql(directory, version, $"CREATE DATABASE {Database}", stop);
    }

    private static async Task<string> Psql(
        ServiceDirectory directory,
        string version,
        string sql,
        CancellationToken stop
    )
    {
        var port = directory.PortOf(Service).ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(
            Program(version, "psql"),
            ["-XAtq", "-h", "127.0.0.1", "-p", port, "-U", User, "-d", "postgres", "-c", sql]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { ["PGPASSWORD"] = directory.Secret(Service) },
        };
        using var psql = System.Diagnostics.Process.Start(start)!;
        var output = await psql.StandardOutput.ReadToEndAsync(stop);
        await psql.WaitForExitAsync(stop);
        return psql.ExitCode == 0 ? output : throw new StartException($"PostgreSQL refused: {sql}");
    }

    private static string Log(ServiceDirectory directory) => directory.In(Service, "log");

    /// <summary>
    /// The version of the data where there is some, else the newest one installed.
    /// </summary>
    private static string Version(string data)
    {
        var file = System.IO.Path.Combine(data, "PG_VERSION");
        if (File.Exists(file))
            return File.ReadAllText(file).Trim();

        const string root = "/usr/lib/postgresql";
        var newest = (Directory.Exists(root) ? Directory.GetDirectories(root) : [])
            .Where(d => File.Exists(System.IO.Path.Combine(d, "bin", "postgres")))
            .Select(d => System.IO.Path.GetFileName(d))
            .Where(v => v.All(char.IsAsciiDigit))
            .MaxBy(v => int.Parse(v, CultureInfo.InvariantCulture));
        return newest
            ?? throw new StartException("PostgreSQL is not installed: apt-get install postgresql");
    }

    private static string Program(string version, string name)
    {
        var program = $"/usr/lib/postgresql/{version}/bin/{name}";
        return File.Exists(program)
            ? program
            : throw new StartException(
                $"The data were written by PostgreSQL {version}, which is not installed: "
                    + $"apt-get install postgresql-{version}"
            );
    }
}
