using System.Globalization;

namespace ConcertReservation.LocalServices;

/// <summary>
/// A server.properties for three nodes that are broker and controller. Whatever its listeners are
/// called, they get free loopback ports; nothing else in it is changed but the data's place.
/// </summary>
internal sealed class BrokerSettings
{
    private const string ControllerNames = "controller.listener.names";
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly Func<int, int, int> _advertised;

    /// <param name="settings">
    /// Without node id and addresses, but with <c>listeners</c>, whose last one is for clients.
    /// </param>
    public BrokerSettings(IReadOnlyDictionary<string, string> settings)
        : this(settings, (_, port) => port) { }

    private BrokerSettings(
        IReadOnlyDictionary<string, string> settings,
        Func<int, int, int> advertised
    ) => (_settings, _advertised) = (settings, advertised);

    /// <summary>Three brokers that lose nothing when one of them is lost.</summary>
    public static BrokerSettings Own { get; } =
        new(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["process.roles"] = "broker,controller",
                [ControllerNames] = "CONTROLLER",
                ["listeners"] = "CONTROLLER://:0,PLAINTEXT://:0",
                ["listener.security.protocol.map"] = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
                ["auto.create.topics.enable"] = "false",
                ["default.replication.factor"] = "3",
                ["min.insync.replicas"] = "2",
                ["unclean.leader.election.enable"] = "false",
                ["offsets.topic.replication.factor"] = "3",
                ["offsets.topic.num.partitions"] = "12",
                ["transaction.state.log.replication.factor"] = "3",
                ["transaction.state.log.min.isr"] = "2",
                ["transaction.state.log.num.partitions"] = "3",
                ["group.initial.rebalance.delay.ms"] = "500",
                // The default of 128 MB is a quarter of a small heap.
                ["log.cleaner.dedupe.buffer.size"] = "16777216",
            }
        );

    private string Controller => _settings[ControllerNames];

    private IReadOnlyList<string> Listeners =>
        [
            .. _settings["listeners"]
                .Split(',')
                .Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)]),
        ];

    /// <summary>The same, some of them changed.</summary>
    /// <param name="advertised">
    /// Which port clients are told of, by the node and the port on which its last listener listens:
    /// they come by a line in between. Asked again when the node gets other ports.
    /// </param>
    public BrokerSettings With(
        IReadOnlyDictionary<string, string> changes,
        Func<int, int, int> advertised
    )
    {
        var settings = new Dictionary<string, string>(_settings, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
            settings[name] = value;
        return new BrokerSettings(settings, advertised);
    }

    /// <summary>The name under which the directory remembers the port for clients.</summary>
    public string ClientPort(int node) => Port(node, Listeners[^1]);

    /// <summary>The same of a listener by its name.</summary>
    public static string Port(int node, string listener) =>
        $"kafka-{node}-{listener.ToLowerInvariant()}";

    /// <summary>The settings of one node, its ports chosen.</summary>
    public IReadOnlyDictionary<string, string> For(
        int node,
        ServiceDirectory directory,
        string data
    )
    {
        var listeners = Listeners
            .Select(l => (Name: l, Port: directory.FreePort(Port(node, l))))
            .ToList();
        // Every node knows all controllers, so their ports are chosen with the first node's.
        var voters = Enumerable
            .Range(1, LocalBrokers.Count)
            .Select(n => $"{n}@127.0.0.1:{directory.FreePort(Port(n, Controller))}");
        return new Dictionary<string, string>(_settings, StringComparer.Ordinal)
        {
            ["node.id"] = node.ToString(CultureInfo.InvariantCulture),
            ["controller.quorum.voters"] = string.Join(',', voters),
            ["listeners"] = string.Join(',', listeners.Select(l => Url(l.Name, l.Port))),
            ["advertised.listeners"] = string.Join(
                ',',
                listeners
                    .Where(l => l.Name != Controller)
                    .Select(l =>
                        Url(l.Name, l.Name == Listeners[^1] ? _advertised(node, l.Port) : l.Port)
                    )
            ),
            ["log.dirs"] = data,
        };
    }

    private static string Url(string listener, int port) => $"{listener}://127.0.0.1:{port}";
}
