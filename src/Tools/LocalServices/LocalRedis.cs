using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace ConcertReservation.LocalServices;

/// <summary>A private Redis with an append-only file on a loopback port.</summary>
internal sealed class LocalRedis : ILocalService
{
    private const string Service = "redis";
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly ServiceDirectory _directory;

    private LocalRedis(ServiceDirectory directory, LocalProcess process) =>
        (_directory, Process) = (directory, process);

    public string Name => "Redis";

    public string Description => $"Redis, own, on port {_directory.PortOf(Service)}";

    public LocalProcess Process { get; }

    public IReadOnlyList<LocalProcess> Processes => [Process];

    public string ConnectionString =>
        $"127.0.0.1:{_directory.PortOf(Service)},password={_directory.Secret(Service)}";

    /// <exception cref="StartException">Redis is not installed or does not start.</exception>
    public static async Task<LocalRedis> StartAsync(
        ServiceDirectory directory,
        CancellationToken stop
    )
    {
        Directory.CreateDirectory(directory.In(Service));
        return await Readiness.OnFreePortsAsync(
            () => ReadyAsync(directory, directory.Left(Service) ?? Launch(directory), stop),
            () => directory.IsPortTaken(Service)
        );
    }

    private static LocalProcess Launch(ServiceDirectory directory)
    {
        var data = directory.In(Service);
        // A command line is for all to see, and it has a password.
        var configuration = directory.In(Service, "redis.conf");
        ServiceDirectory.WriteText(configuration, Configuration(directory, data));
        // As a name it would be a pattern, and one that matches nothing means the defaults.
        const string Script = "exec redis-server - <\"$1\"";
        var process = LocalProcess.Start(
            ["/bin/sh", "-c", Script, "sh", configuration],
            Log(directory),
            directory: data
        );
        directory.Remember(Service, process);
        return process;
    }

    private static Task<LocalRedis> ReadyAsync(
        ServiceDirectory directory,
        LocalProcess process,
        CancellationToken stop
    ) =>
        Readiness.OrStopAsync(
            new LocalRedis(directory, process),
            Readiness.WaitAsync(
                "Redis",
                [(process, Log(directory))],
                StartPatience,
                token => AnswersAsync(directory, token),
                stop
            )
        );

    private static string Log(ServiceDirectory directory) => directory.In(Service, "log");

    public async Task StopAsync()
    {
        await Process.StopAsync(PosixSignal.SIGTERM, StopPatience);
        _directory.Forget(Service);
    }

    private static string Configuration(ServiceDirectory directory, string data) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            bind 127.0.0.1
            port {directory.FreePort(Service)}
            requirepass {directory.Secret(Service)}
            dir "{data}"
            appendonly yes
            appendfsync everysec
            save ""
            """
        );

    /// <summary>It answers a ping, so it has read its file: until then it says LOADING.</summary>
    private static async Task<bool> AnswersAsync(ServiceDirectory directory, CancellationToken stop)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", directory.PortOf(Service), stop);
            var stream = client.GetStream();
            var words = $"AUTH {directory.Secret(Service)}\r\nPING\r\nQUIT\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(words), stop);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return (await reader.ReadToEndAsync(stop)).Contains("PONG", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
