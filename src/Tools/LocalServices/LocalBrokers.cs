using System.Globalization;
using System.Runtime.InteropServices;

namespace ConcertReservation.LocalServices;

/// <summary>Three real brokers of a Kafka distribution, each also a controller (KRaft).</summary>
internal sealed class LocalBrokers : ILocalService
{
    public const int Count = 3;
    private const string Service = "kafka";
    private const int MetadataTimeoutMs = 2_000;
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(40);

    /// <summary>Elsewhere Java can name only directories of plain letters.</summary>
    private static readonly Dictionary<string, string> Unicode = new() { ["LC_ALL"] = "C.UTF-8" };

    private readonly ServiceDirectory _directory;
    private readonly string _kafkaHome;
    private readonly BrokerSettings _settings;
    private readonly List<LocalProcess> _processes;

    private LocalBrokers(
        ServiceDirectory directory,
        string kafkaHome,
        BrokerSettings settings,
        List<LocalProcess> processes
    ) =>
        (_directory, _kafkaHome, _settings, _processes) = (
            directory,
            kafkaHome,
            settings,
            processes
        );

    public string Name => "Kafka";

    public string Description =>
        $"Kafka, three brokers of {_kafkaHome}, replication 3, on {BootstrapServers}";

    public IReadOnlyList<LocalProcess> Processes => _processes;

    public string BootstrapServers => string.Join(',', Nodes.Select(AddressOf));

    private static IEnumerable<int> Nodes => Enumerable.Range(1, Count);

    /// <param name="settings">
    /// The server.properties, in which only addresses and directories are changed; null for our
    /// own.
    /// </param>
    /// <exception cref="StartException">The brokers do not start.</exception>
    public static async Task<LocalBrokers> StartAsync(
        ServiceDirectory directory,
        string kafkaHome,
        CancellationToken stop,
        BrokerSettings? settings = null
    )
    {
        settings ??= BrokerSettings.Own;
        var left = Nodes.Select(n => directory.Left(ServiceOf(n))).OfType<LocalProcess>().ToList();
        if (left.Count == Count)
        {
            var adopted = new LocalBrokers(directory, kafkaHome, settings, left);
            return await Readiness.OrStopAsync(adopted, adopted.WaitUntilReadyAsync(stop));
        }

        // Some of three would keep the addresses of the others: all anew.
        await Task.WhenAll(left.Select(StopAsync));
        return await Readiness.OnFreePortsAsync(
            () => StartNewAsync(directory, kafkaHome, settings, stop),
            () => directory.IsPortTaken(Service)
        );
    }

    private static async Task<LocalBrokers> StartNewAsync(
        ServiceDirectory directory,
        string kafkaHome,
        BrokerSettings settings,
        CancellationToken stop
    )
    {
        var clusterId = await ClusterIdAsync(directory, stop);
        var files = Nodes.Select(n => settings.For(n, directory, Data(directory, n))).ToList();
        foreach (var node in Nodes)
            await FormatAsync(directory, kafkaHome, node, files[node - 1], clusterId, stop);
        var launched = Nodes.Select(n => Launch(directory, kafkaHome, n)).ToList();
        var brokers = new LocalBrokers(directory, kafkaHome, settings, launched);
        return await Readiness.OrStopAsync(brokers, brokers.WaitUntilReadyAsync(stop));
    }

    /// <summary>
    /// One that has ended, where it was and with what it had on disk; returns when all answer.
    /// </summary>
    /// <param name="nodes">From 1.</param>
    /// <exception cref="StartException">One of them does not start.</exception>
    public async Task StartAgainAsync(IReadOnlyList<int> nodes, CancellationToken stop)
    {
        foreach (var node in nodes)
            _processes[node - 1] = Launch(_directory, _kafkaHome, node);
        await WaitUntilReadyAsync(stop);
    }

    /// <summary>
    /// Brokers that a dead owner left are of no use to one who wants another Kafka.
    /// </summary>
    public static async Task StopLeftAsync(ServiceDirectory directory) =>
        await Task.WhenAll(
            Nodes.Select(n => directory.Left(ServiceOf(n))).OfType<LocalProcess>().Select(StopAsync)
        );

    public async Task StopAsync()
    {
        await Task.WhenAll(Processes.Select(StopAsync));
        foreach (var node in Nodes)
            _directory.Forget(ServiceOf(node));
    }

    private static Task StopAsync(LocalProcess process) =>
        process.StopAsync(PosixSignal.SIGTERM, StopPatience);

    private static string ServiceOf(int node) => $"{Service}-{node}";

    private static string Log(ServiceDirectory directory, int node) =>
        directory.In(Service, $"{node}", "log");

    private static string SettingsFile(ServiceDirectory directory, int node) =>
        directory.In(Service, $"{node}", "server.properties");

    private static string Data(ServiceDirectory directory, int node) =>
        directory.In(Service, $"{node}", "data");

    /// <summary>
    /// A distribution without java is a mistake to tell of, not one to work around.
    /// </summary>
    /// <exception cref="StartException">There is no distribution, or no java to run it.</exception>
    public static void RequireJava(string kafkaHome)
    {
        if (!File.Exists(Path.Combine(kafkaHome, "bin", "kafka-server-start.sh")))
            throw new StartException($"KAFKA_HOME={kafkaHome} is no Kafka distribution.");

        var home = Environment.GetEnvironmentVariable("JAVA_HOME");
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        var java = string.IsNullOrEmpty(home)
            ? path.Split(':').Select(d => Path.Combine(d, "java")).Any(File.Exists)
            : File.Exists(Path.Combine(home, "bin", "java"));
        if (!java)
            throw new StartException(
                $"KAFKA_HOME={kafkaHome} needs java 17 or later: apt-get install "
                    + "default-jre-headless, or unset KAFKA_HOME for the embedded Kafka."
            );
    }

    /// <summary>
    /// The same for all three, though an earlier start may have been cut off between them.
    /// </summary>
    private static async Task<string> ClusterIdAsync(
        ServiceDirectory directory,
        CancellationToken stop
    )
    {
        Directory.CreateDirectory(directory.In(Service));
        var file = directory.In(Service, "cluster.id");
        if (!File.Exists(file))
        {
            // Kafka's form of a UUID: 22 characters of URL-safe base 64; a leading dash would be an
            // option.
            var id = Convert.ToBase64String(Guid.NewGuid().ToByteArray())[..22];
            id = "k" + id[1..].Replace('+', '-').Replace('/', '_');
            await File.WriteAllTextAsync(file, id, stop);
        }

        return await File.ReadAllTextAsync(file, stop);
    }

    private static async Task FormatAsync(
        ServiceDirectory directory,
        string kafkaHome,
        int node,
        IReadOnlyDictionary<string, string> settings,
        string clusterId,
        CancellationToken stop
    )
    {
        Directory.CreateDirectory(directory.In(Service, $"{node}"));
        var file = SettingsFile(directory, node);
        await File.WriteAllLinesAsync(file, settings.Select(s => Property(s.Key, s.Value)), stop);
        if (File.Exists(Path.Combine(Data(directory, node), "meta.properties")))
            return;

        string[] command =
        [
            Path.Combine(kafkaHome, "bin", "kafka-storage.sh"),
            "format",
            "-t",
            clusterId,
            "-c",
            file,
        ];
        var log = Log(directory, node);
        var own = directory.In(Service, $"{node}");
        var format = LocalProcess.Start(command, log, Unicode, own);
        await format.WaitOrStopAsync(StopPatience, stop);
        if (format.ExitCode != 0)
            throw new StartException($"kafka-storage.sh format failed. {Readiness.Tail(log)}");
    }

    /// <summary>A line of a properties file, which Java reads as Latin-1.</summary>
    private static string Property(string name, string value)
    {
        var escaped = value.Select(c =>
            c == '\\' ? @"\\"
            : char.IsAscii(c) ? c.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
        );
        return $"{name}={string.Concat(escaped)}";
    }

    private static LocalProcess Launch(ServiceDirectory directory, string kafkaHome, int node)
    {
        var own = directory.In(Service, $"{node}");
        var process = LocalProcess.Start(
            [
                Path.Combine(kafkaHome, "bin", "kafka-server-start.sh"),
                SettingsFile(directory, node),
            ],
            Log(directory, node),
            new Dictionary<string, string>(Unicode)
            {
                ["LOG_DIR"] = Path.Combine(own, "logs"),
                ["KAFKA_HEAP_OPTS"] =
                    Environment.GetEnvironmentVariable("KAFKA_HEAP_OPTS") ?? "-Xmx512M -Xms256M",
            },
            own
        );
        directory.Remember(ServiceOf(node), process);
        return process;
    }

    private Task WaitUntilReadyAsync(CancellationToken stop) =>
        Readiness.WaitAsync(
            Name,
            [.. Nodes.Select(n => (_processes[n - 1], Log(_directory, n)))],
            StartPatience,
            _ => Task.Run(AllAnswer, stop),
            stop
        );

    /// <remarks>
    /// A broker is told of by the others before it listens, and may end then: each is asked.
    /// </remarks>
    private bool AllAnswer() =>
        Nodes.All(n => Librdkafka.CountBrokers(AddressOf(n), MetadataTimeoutMs) == Count);

    private string AddressOf(int node) =>
        $"127.0.0.1:{_directory.PortOf(_settings.ClientPort(node))}";
}
