using ConcertReservation.Contracts;
using ConcertReservation.Tests.Faults.Harness;
using ConcertReservation.Verification;
using StackExchange.Redis;

namespace ConcertReservation.Tests.Faults.Soak;

/// <summary>
/// Three hosts, two of them by lines, one more that comes and goes, and servers that may all break.
/// </summary>
internal sealed class SoakSystem : IAsyncDisposable
{
    private const int LinedHosts = 2;
    private const int Hosts = 3;

    /// <summary>
    /// A fault that struck nothing by then says so: hosts and brokers may have to come back before.
    /// </summary>
    private static readonly TimeSpan StrikePatience = TimeSpan.FromMinutes(2);

    private static readonly Service[] Lined = Enum.GetValues<Service>();
    private static readonly Manner[] Manners = Enum.GetValues<Manner>();

    private readonly OwnServers _servers;
    private readonly OwnBrokers _brokers;
    private readonly Network _network;
    private readonly HostProcess _guest;
    private readonly Strokes _strokes;

    private SoakSystem(OwnServers servers, OwnBrokers brokers, FaultSystem stage)
    {
        (_servers, _brokers, Stage) = (servers, brokers, stage);
        _network = new Network(stage, brokers);
        _guest = stage.Guest(Settings);
        _strokes = new Strokes(stage, Tally);
    }

    public FaultSystem Stage { get; }

    /// <summary>How often what happened, over all rounds.</summary>
    public Tally Tally { get; } = new();

    /// <summary>
    /// Silent providers are given up soon, as the payments of hosts that died with them; and time
    /// is skipped, of which the provider that dates its webhooks knows nothing.
    /// </summary>
    private static (string Key, string Value)[] Settings =>
        [
            ("Kafka:Replication", "3"),
            ("Kafka:MinInSync", "2"),
            ("Payments:Gateway:TimeoutSeconds", "5"),
            ("Payments:MaxRetrySeconds", "10"),
            ("Payments:Gateway:WebhookToleranceSeconds", "3600"),
        ];

    public static async Task<SoakSystem> StartAsync()
    {
        var brokers = await OwnBrokers.StartAsync();
        var servers = await OwnServers.StartAsync();
        var soak = new SoakSystem(
            servers,
            brokers,
            await FaultSystem.StartAsync(brokers.BootstrapServers, servers)
        );
        for (var i = 0; i < Hosts; i++)
        {
            await soak.Stage.StartHostAsync([
                .. Settings,
                .. i < LinedHosts ? soak._network.Settings : [],
            ]);
        }

        soak.Stage.Provider.TellChangesTo(soak.Stage.Hosts[0]);
        return soak;
    }

    /// <summary>Inflicts it, lets it last and heals it.</summary>
    public async Task SufferAsync(Fault fault)
    {
        await PauseAsync(fault.After);
        Tally.Count($"{fault.Kind}");
        await (
            fault.Kind switch
            {
                FaultKind.HostKilled => WithoutHostAsync(fault, h => h.Kill()),
                FaultKind.HostStopped => WithoutHostAsync(fault, h => h.StopWhileItMayBeStarting()),
                FaultKind.HostFrozen => FreezeAsync(fault),
                FaultKind.HostJoined => JoinAsync(fault),
                FaultKind.LineTroubled => TroubleAsync(fault),
                FaultKind.PostgresKilled => WithoutPostgresAsync(fault),
                FaultKind.SessionsTerminated => _strokes.TerminateSessionsAsync(),
                FaultKind.TransactionLeftOpen => LeaveOpenAsync(fault),
                FaultKind.RedisKilled => WithoutRedisAsync(fault),
                FaultKind.RedisFlushed => FlushAsync(),
                FaultKind.BrokerKilled => WithoutBrokersAsync(fault, 1 + (fault.Which % 3)),
                FaultKind.CoordinatorKilled => WithoutCoordinatorAsync(fault),
                FaultKind.AllBrokersKilled => WithoutBrokersAsync(fault, 1, 2, 3),
                FaultKind.GroupRewound => _strokes.RewindAsync(GroupOf(fault)),
                FaultKind.Poison => Poison.PourAsync(Stage.Kafka),
                FaultKind.LettersReplayed => _strokes.ReplayLettersAsync(),
                FaultKind.ProviderSlow => AilAsync(fault, Ailment.Slow),
                FaultKind.ProviderSilent => AilAsync(fault, Ailment.Silent),
                FaultKind.ProviderBroken => AilAsync(fault, Ailment.Broken),
                FaultKind.ClocksBehind => _strokes.PassTenMinutesAsync(),
                _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
            }
        );
    }

    /// <summary>All is well again; what is not by now fails.</summary>
    public async Task HealAsync()
    {
        _network.Mend();
        Stage.Provider.Mend();
        foreach (var host in Stage.Hosts)
            await host.WaitUntilReadyAsync();
    }

    public async Task<IReadOnlyList<Finding>> VerifyAsync()
    {
        await Stage.OutwaitLeasesAsync();
        var findings = await Stage.VerifyAsync();
        var drained = findings.Of(11, "milliseconds until nothing was under way");
        Tally.NoteLongest("longest drain in ms", drained);
        Tally.Note("requests", Stage.Journal.Entries.Count);
        Tally.Note(
            "requests without an answer",
            Stage.Journal.Entries.Count(e => e.Status is null)
        );
        Tally.Note("keys used more than once", findings.Of(4, "keys used more than once"));
        Tally.Note("records repeated in Kafka", findings.Of(8, "repeats among them"));
        Tally.Note("dead letters", findings.Of(10, "dead letters"));
        foreach (var host in Stage.Hosts)
            await Tally.CountAbsorbedAsync(host);
        await _strokes.NoteEndsAsync();
        return findings;
    }

    public async ValueTask DisposeAsync()
    {
        _guest.Dispose();
        await Stage.DisposeAsync();
        _network.Dispose();
        await _servers.DisposeAsync();
        await _brokers.DisposeAsync();
    }

    /// <summary>What a schedule says to wait.</summary>
    private static Task PauseAsync(TimeSpan time) => Flow.UntilAsync(DateTime.UtcNow + time);

    private HostProcess HostOf(Fault fault) => Stage.Hosts[fault.Which % Hosts];

    private static string GroupOf(Fault fault) =>
        GroupCatalogue.All[fault.Which % GroupCatalogue.All.Count].Name;

    private async Task WithoutHostAsync(Fault fault, Action<HostProcess> end)
    {
        await Tally.CountAbsorbedAsync(HostOf(fault));
        end(HostOf(fault));
        await PauseAsync(fault.Lasts);
        HostOf(fault).Start();
        Tally.Count("restarts of hosts");
    }

    private async Task FreezeAsync(Fault fault)
    {
        HostOf(fault).Freeze();
        await PauseAsync(fault.Lasts);
        HostOf(fault).IsFrozen.ShouldBeTrue();
        HostOf(fault).Thaw();
    }

    /// <summary>Until it has partitions, and then for a while.</summary>
    private async Task JoinAsync(Fault fault)
    {
        var before = _guest.Said(" got ").Count;
        _guest.Start();
        await Eventually.Until(
            "the guest has partitions",
            () => _guest.Said(" got ").Count > before,
            StrikePatience
        );
        await PauseAsync(fault.Lasts);
        await Tally.CountAbsorbedAsync(_guest);
        _guest.StopWhileItMayBeStarting();
    }

    private async Task TroubleAsync(Fault fault)
    {
        var service = Lined[fault.Which % Lined.Length];
        var manner = Manners[fault.Which / Lined.Length % Manners.Length];
        var before = _network.Struck(service);
        _network.Inflict(service, manner);
        await PauseAsync(fault.Lasts);
        await StruckAsync($"{service} {manner}", () => _network.Struck(service) - before);
        _network.Mend();
    }

    private async Task AilAsync(Fault fault, Ailment ailment)
    {
        var before = Stage.Provider.Struck;
        Stage.Provider.Inflict(ailment);
        await PauseAsync(fault.Lasts);
        await StruckAsync($"provider {ailment}", () => Stage.Provider.Struck - before);
        Stage.Provider.Mend();
    }

    /// <summary>What has struck nothing yet lasts on.</summary>
    private async Task StruckAsync(string what, Func<long> times)
    {
        var struck = await Eventually.Becomes(
            $"{what} has struck",
            times,
            count => count > 0,
            StrikePatience
        );
        Tally.Count($"{what}, times it struck", struck);
    }

    private async Task WithoutPostgresAsync(Fault fault)
    {
        await _servers.KillPostgresAsync();
        await PauseAsync(fault.Lasts);
        await _servers.StartPostgresAsync();
        Stage.Database.DataSource.Clear();
    }

    private async Task LeaveOpenAsync(Fault fault)
    {
        await using var left = await _strokes.OpenTransactionAsync();
        await PauseAsync(fault.Lasts);
    }

    private async Task WithoutRedisAsync(Fault fault)
    {
        await _servers.KillRedisAsync();
        await PauseAsync(fault.Lasts);
        await _servers.StartRedisAsync();
    }

    private async Task FlushAsync()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(Stage.Redis.Configuration());
        var keys = await Eventually.Becomes(
            "there is something to forget",
            async () => (long)await redis.GetDatabase().ExecuteAsync("DBSIZE"),
            count => count > 0,
            StrikePatience
        );
        await redis.GetDatabase().ExecuteAsync("FLUSHALL");
        Tally.Count("keys flushed", keys);
    }

    private async Task WithoutCoordinatorAsync(Fault fault) =>
        await WithoutBrokersAsync(
            fault,
            await _brokers.CoordinatorOfAsync(Stage.Kafka.Prefix + GroupOf(fault))
        );

    private async Task WithoutBrokersAsync(Fault fault, params int[] nodes)
    {
        await _brokers.KillAsync(nodes);
        await PauseAsync(fault.Lasts);
        await _brokers.StartAgainAsync(nodes);
    }
}
