using System.Diagnostics;

namespace ConcertReservation.LocalServices;

/// <summary>
/// PostgreSQL refuses to run as root, and another account cannot enter a checkout below a home of
/// mode 700. So as root it runs as Debian's <c>postgres</c> with the right to pass directories, or,
/// where a container forbids that, in a user namespace in which root's files belong to user 1000.
/// </summary>
internal static class PostgresAccount
{
    /// <summary>
    /// Docker leaves it to root by default; root cannot pass on what a container took from it.
    /// </summary>
    private const string Capabilities = "+dac_override";

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private static readonly string[] AsPostgres =
    [
        "setpriv",
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        $"--inh-caps={Capabilities}",
        $"--ambient-caps={Capabilities}",
    ];

    private static readonly string[] InNamespace =
    [
        "unshare",
        "-U",
        "--map-user=1000",
        "--map-group=1000",
    ];

    /// <summary>
    /// The words before a command that works on the data: whoever owns them must run it.
    /// </summary>
    public static IReadOnlyList<string> Become(string data)
    {
        if (!Environment.IsPrivilegedProcess)
            return [];
        return Run(["find", data, "-maxdepth", "0", "-user", "postgres"]).Output.Length > 0
            ? AsPostgres
            : InNamespace;
    }

    /// <summary>
    /// Runs initdb on an empty directory, which belongs to whoever has to run the server.
    /// </summary>
    /// <exception cref="StartException">initdb failed; its words are in the log.</exception>
    public static async Task InitialiseAsync(
        string initdb,
        string data,
        IEnumerable<string> arguments,
        string log,
        CancellationToken stop
    )
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Empty(data);
            await InitialiseAsync([initdb, .. arguments], log, stop);
            return;
        }

        Empty(data);
        if (Run(["chown", "postgres:", data]).Succeeded && CanWriteAsPostgres(data))
        {
            await InitialiseAsync([.. AsPostgres, initdb, .. arguments], log, stop);
            return;
        }

        Empty(data);
        await InitialiseAsync([.. InNamespace, initdb, .. arguments], log, stop);
    }

    /// <remarks>
    /// Tried, not asked: access(2) answers as if the capabilities were not there.
    /// </remarks>
    private static bool CanWriteAsPostgres(string data)
    {
        var probe = Path.Combine(data, "probe");
        return Run([.. AsPostgres, "touch", probe]).Succeeded && Run(["rm", probe]).Succeeded;
    }

    private static async Task InitialiseAsync(
        IEnumerable<string> command,
        string log,
        CancellationToken stop
    )
    {
        var process = LocalProcess.Start(command, log);
        await process.WaitOrStopAsync(StopPatience, stop);
        if (process.ExitCode != 0)
            throw new StartException($"initdb failed. {Readiness.Tail(log)}");
    }

    private static void Empty(string data)
    {
        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);
        Directory.CreateDirectory(
            data,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
    }

    private static (bool Succeeded, string Output) Run(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode == 0, output);
    }
}
