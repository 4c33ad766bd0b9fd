using System.Text;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Faults.Harness;
using ConcertReservation.Verification;
using Confluent.Kafka;
using Npgsql;
using StackExchange.Redis;

namespace ConcertReservation.Tests.Faults.Soak;

/// <summary>Three hosts, two of them by lines, and servers that may all break.</summary>
internal sealed class SoakSystem : IAsyncDisposable
{
    private const int LinedHosts = 2;
    private const int Hosts = 3;

    private static readonly Service[] Lined = Enum.GetValues<Service>();
    private static readonly Manner[] Manners = Enum.GetValues<Manner>();

    private readonly Lock _gate = new();
    private readonly OwnServers _servers;
    private readonly OwnBrokers _brokers;
    private readonly Network _network;

    private SoakSystem(OwnServers servers, OwnBrokers brokers, FaultSystem stage)
    {
        (_servers, _brokers, Stage) = (servers, brokers, stage);
        _network = new Network(stage, brokers);
    }

    public FaultSystem Stage { get; }

    /// <summary>How often what happened, over all rounds.</summary>
    public SortedDictionary<string, long> Tally { get; } = new(StringComparer.Ordinal);

    public static async Task<SoakSystem> StartAsync()
    {
        var brokers = await OwnBrokers.StartAsync();
        var servers = await OwnServers.StartAsync();
        var soak = new SoakSystem(
            servers,
            brokers,
            await FaultSystem.StartAsync(brokers.BootstrapServers, servers)
        );
        (string, string)[] replicated = [("Kafka:Replication", "3"), ("Kafka:MinInSync", "2")];
        for (var i = 0; i < Hosts; i++)
        {
            await soak.Stage.StartHostAsync([
                .. replicated,
                .. i < LinedHosts ? soak._network.Settings : [],
            ]);
        }

        return soak;
    }

    /// <summary>Inflicts it, lets it last and heals it.</summary>
    public async Task SufferAsync(Fault fault)
    {
        await PauseAsync(fault.After);
        Count($"{fault.Kind}");
        switch (fault.Kind)
        {
            case FaultKind.HostKilled:
                await WithoutHostAsync(fault, h => h.Kill());
                break;
            case FaultKind.HostStopped:
                await WithoutHostAsync(fault, h => h.StopWhileItMayBeStarting());
                break;
            case FaultKind.HostFrozen:
                await FreezeAsync(fault);
                break;
            case FaultKind.LineTroubled:
                await TroubleAsync(fault);
                break;
            case FaultKind.PostgresKilled:
                await _servers.KillPostgresAsync();
                await PauseAsync(fault.Lasts);
                await _servers.StartPostgresAsync();
                Stage.Database.DataSource.Clear();
                break;
            case FaultKind.SessionsTerminated:
                await TerminateAsync();
                break;
            case FaultKind.TransactionLeftOpen:
                await LeaveOpenAsync(fault);
                break;
            case FaultKind.RedisKilled:
                await _servers.KillRedisAsync();
                await PauseAsync(fault.Lasts);
                await _servers.StartRedisAsync();
                break;
            case FaultKind.RedisFlushed:
                await FlushAsync();
                break;
            case FaultKind.BrokerKilled:
                await WithoutBrokersAsync(fault, 1 + (fault.Which % 3));
                break;
            case FaultKind.AllBrokersKilled:
                await WithoutBrokersAsync(fault, 1, 2, 3);
                break;
            default:
                await PoisonAsync(fault);
                break;
        }
    }

    /// <summary>All is well again; what is not by now fails.</summary>
    public async Task HealAsync()
    {
        _network.Mend();
        foreach (var host in Stage.Hosts)
            await host.WaitUntilReadyAsync();
    }

    public async Task<IReadOnlyList<Finding>> VerifyAsync()
    {
        await Stage.OutwaitLeasesAsync();
        var findings = await Stage.VerifyAsync();
        var drained = findings.Of(11, "milliseconds until nothing was under way");
        Tally["longest drain in ms"] = Math.Max(
            Tally.GetValueOrDefault("longest drain in ms"),
            drained
        );
        Tally["requests"] = Stage.Journal.Entries.Count;
        Tally["requests without an answer"] = Stage.Journal.Entries.Count(e => e.Status is null);
        Tally["records repeated in Kafka"] = findings.Of(8, "repeats among them");
        Tally["dead letters"] = findings.Of(10, "dead letters");
        Tally["relay takeovers"] = await Stage.Database.ScalarAsync<long>(
            "SELECT epoch FROM messaging.relay_position"
        );
        return findings;
    }

    public async ValueTask DisposeAsync()
    {
        await Stage.DisposeAsync();
        _network.Dispose();
        await _servers.DisposeAsync();
        await _brokers.DisposeAsync();
    }

    private void Count(string what, long by = 1)
    {
        lock (_gate)
            Tally[what] = Tally.GetValueOrDefault(what) + by;
    }

    /// <summary>What a schedule says to wait.</summary>
    private static Task PauseAsync(TimeSpan time) => Flow.UntilAsync(DateTime.UtcNow + time);

    private HostProcess HostOf(Fault fault) => Stage.Hosts[fault.Which % Hosts];

    private async Task WithoutHostAsync(Fault fault, Action<HostProcess> end)
    {
        end(HostOf(fault));
        await PauseAsync(fault.Lasts);
        HostOf(fault).Start();
    }

    private async Task FreezeAsync(Fault fault)
    {
        HostOf(fault).Freeze();
        await PauseAsync(fault.Lasts);
        HostOf(fault).IsFrozen.ShouldBeTrue();
        HostOf(fault).Thaw();
    }

    private async Task TroubleAsync(Fault fault)
    {
        var service = Lined[fault.Which % Lined.Length];
        var manner = Manners[fault.Which / Lined.Length % Manners.Length];
        var before = _network.Struck(service);
        _network.Inflict(service, manner);
        await PauseAsync(fault.Lasts);
        _network.Mend();
        Count($"{service} {manner}, times it struck", _network.Struck(service) - before);
    }

    private async Task TerminateAsync() =>
        Count(
            "sessions terminated",
            await Stage.Database.ScalarAsync<long>(
                """
                SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """
            )
        );

    private async Task LeaveOpenAsync(Fault fault)
    {
        await using var stranger = await Stage.Database.DataSource.OpenConnectionAsync();
        await using var left = await stranger.BeginTransactionAsync();
        await using var begin = new NpgsqlCommand("SELECT pg_current_xact_id()", stranger);
        await begin.ExecuteNonQueryAsync();
        await PauseAsync(fault.Lasts);
        await left.RollbackAsync();
    }

    private async Task FlushAsync()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(Stage.Redis.Configuration());
        await redis.GetDatabase().ExecuteAsync("FLUSHALL");
    }

    private async Task WithoutBrokersAsync(Fault fault, params int[] nodes)
    {
        await _brokers.KillAsync(nodes);
        await PauseAsync(fault.Lasts);
        await _brokers.StartAgainAsync(nodes);
    }

    private async Task PoisonAsync(Fault fault)
    {
        using var producer = new ProducerBuilder<string, byte[]>(
            new ProducerConfig { BootstrapServers = _brokers.BootstrapServers }
        ).Build();
        foreach (var topic in Topics.Partitions.Keys)
        {
            await producer.ProduceAsync(
                Stage.Kafka.Prefix + topic,
                new Message<string, byte[]>
                {
                    Key = $"poison-{Guid.NewGuid():N}",
                    Value = Encoding.UTF8.GetBytes(fault.Which % 2 == 0 ? "{" : "no JSON"),
                }
            );
        }
    }
}
