using System.Globalization;
using Npgsql;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>What a host needs, each by lines of its own.</summary>
internal enum Service
{
    Postgres,
    Redis,
    Kafka,
    Provider,
}

/// <summary>The lines between a host and its services.</summary>
internal sealed class Network : IDisposable
{
    private readonly Dictionary<Service, IReadOnlyList<Line>> _lines;
    private readonly List<Line> _own = [];

    /// <param name="brokers">They have lines of their own; null where there are none.</param>
    public Network(FaultSystem system, OwnBrokers? brokers)
    {
        var postgres = new NpgsqlConnectionStringBuilder(system.Database.ConnectionString);
        var toPostgres = To(postgres.Port);
        (postgres.Host, postgres.Port) = ("127.0.0.1", toPostgres.Port);
        var redis = system.Redis.Configuration().Split(',')[0].Split(':')[1];
        var toRedis = To(int.Parse(redis, CultureInfo.InvariantCulture));
        var toProvider = To(system.Provider.Url.Port);
        _lines = new Dictionary<Service, IReadOnlyList<Line>>
        {
            [Service.Postgres] = [toPostgres],
            [Service.Redis] = [toRedis],
            [Service.Provider] = [toProvider],
            [Service.Kafka] = brokers?.Lines ?? [],
        };
        Settings =
        [
            ("ConnectionStrings:Postgres", postgres.ConnectionString),
            ("ConnectionStrings:Redis", system.Redis.Configuration($"127.0.0.1:{toRedis.Port}")),
            ("Payments:Gateway:BaseAddress", $"http://127.0.0.1:{toProvider.Port}"),
        ];
        if (brokers is not null)
            Settings = [.. Settings, ("Kafka:BootstrapServers", brokers.LinedServers)];
    }

    /// <summary>With which a host takes these lines.</summary>
    public IReadOnlyList<(string Key, string Value)> Settings { get; }

    public void Inflict(Service service, Manner manner)
    {
        foreach (var line in _lines[service])
            line.Inflict(manner);
    }

    public void Mend()
    {
        foreach (var line in _lines.Values.SelectMany(l => l))
            line.Mend();
    }

    /// <summary>How often something on its lines was reset, withheld, lost or slowed.</summary>
    public long Struck(Service service) => _lines[service].Sum(l => l.Struck);

    public void Dispose() => _own.ForEach(l => l.Dispose());

    private Line To(int port)
    {
        _own.Add(new Line(port));
        return _own[^1];
    }
}
