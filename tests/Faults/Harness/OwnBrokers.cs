using System.Globalization;
using ConcertReservation.LocalServices;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// Three real brokers that a test may break: each can be killed, and hosts that are given
/// <see cref="LinedServers"/> reach them by lines that can be cut.
/// </summary>
internal sealed class OwnBrokers : IAsyncDisposable
{
    private const string Direct = "PLAINTEXT";
    private const string Lined = "LINED";

    /// <summary>
    /// One after the other: brokers, hosts and crowds of two tests at once are more than two
    /// processors run in the time that anybody would wait.
    /// </summary>
    private static readonly SemaphoreSlim Turn = new(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ServiceDirectory _directory;
    private readonly Line[] _lines;
    private readonly Func<Task<LocalBrokers>> _start;
    private LocalBrokers _brokers;

    private OwnBrokers(
        ServiceDirectory directory,
        Line[] lines,
        Func<Task<LocalBrokers>> start,
        LocalBrokers brokers
    ) => (_directory, _lines, _start, _brokers) = (directory, lines, start, brokers);

    /// <summary>Where the test itself and hosts without a fault find them.</summary>
    public string BootstrapServers => Servers(n => PortOf(_directory, n, Direct));

    /// <summary>The same brokers by their lines, one for each.</summary>
    public string LinedServers => Servers(n => _lines[n - 1].Port);

    public IReadOnlyList<Line> Lines => _lines;

    /// <summary>Skips the test where there is no distribution to run.</summary>
    public static async Task<OwnBrokers> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("KAFKA_HOME") is not { Length: > 0 } kafkaHome)
            throw new IgnoreException("KAFKA_HOME names no Kafka distribution.");

        var path = Directory.CreateTempSubdirectory("own-brokers-").FullName;
        var directory = ServiceDirectory.TryOpen(path).ShouldNotBeNull();
        var lines = new Line[LocalBrokers.Count];
        await Turn.WaitAsync();
        try
        {
            var settings = BrokerSettings.Own.With(
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["listeners"] = $"CONTROLLER://:0,{Direct}://:0,{Lined}://:0",
                    ["listener.security.protocol.map"] =
                        $"CONTROLLER:PLAINTEXT,{Direct}:PLAINTEXT,{Lined}:PLAINTEXT",
                    ["inter.broker.listener.name"] = Direct,
                },
                advertised: (node, port) =>
                {
                    lines[node - 1]?.Dispose();
                    lines[node - 1] = new Line(port);
                    return lines[node - 1].Port;
                }
            );
            return new OwnBrokers(directory, lines, Start, await Start());

            Task<LocalBrokers> Start() =>
                LocalBrokers.StartAsync(directory, kafkaHome, CancellationToken.None, settings);
        }
        catch
        {
            Dispose(lines);
            directory.Dispose();
            Turn.Release();
            throw;
        }
    }

    /// <summary>kill -9 of some of them: they are dead on return.</summary>
    /// <param name="nodes">From 1.</param>
    public async Task KillAsync(params int[] nodes)
    {
        foreach (var process in nodes.Select(n => _brokers.Processes[n - 1]))
        {
            process.IsRunning.ShouldBeTrue();
            process.Kill();
        }

        foreach (var node in nodes)
            await _brokers.Processes[node - 1].WaitAsync(CancellationToken.None);
    }

    /// <summary>Those that were killed, with what they had on disk; all answer on return.</summary>
    public Task StartAgainAsync(params int[] nodes) =>
        _brokers.StartAgainAsync(nodes, CancellationToken.None);

    /// <summary>The one that answers for a group, as soon as there is one.</summary>
    /// <param name="group">With its prefix.</param>
    public Task<int> CoordinatorOfAsync(string group) =>
        Eventually.Becomes(
            $"{group} has a coordinator",
            () => FindCoordinator(group),
            node => node > 0
        );

    /// <summary>New ones at the addresses of the killed ones, whose disks are lost.</summary>
    public async Task StartEmptyAsync()
    {
        Directory.Delete(_directory.In("kafka"), recursive: true);
        _brokers = await _start();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Nobody wants what they have on disk: in an orderly stop, the last one waits five
            // seconds for the others, which are gone.
            var running = _brokers.Processes.Where(p => p.IsRunning).ToList();
            running.ForEach(p => p.Kill());
            await Task.WhenAll(running.Select(p => p.WaitAsync(CancellationToken.None)));
            Dispose(_lines);
            _directory.Dispose();
            Directory.Delete(_directory.Path, recursive: true);
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <returns>0 while nobody knows.</returns>
    private int FindCoordinator(string group)
    {
        try
        {
            using var admin = new AdminClientBuilder(
                new AdminClientConfig { BootstrapServers = BootstrapServers }
            ).Build();
            return admin.ListGroup(group, Patience)?.Broker.BrokerId ?? 0;
        }
        catch (KafkaException)
        {
            return 0;
        }
    }

    private static void Dispose(Line[] lines)
    {
        foreach (var line in lines)
            line?.Dispose();
    }

    private static int PortOf(ServiceDirectory directory, int node, string listener) =>
        directory.PortOf(BrokerSettings.Port(node, listener));

    private static string Servers(Func<int, int> port) =>
        string.Join(
            ',',
            Enumerable
                .Range(1, LocalBrokers.Count)
                .Select(n => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port(n)}"))
        );
}
