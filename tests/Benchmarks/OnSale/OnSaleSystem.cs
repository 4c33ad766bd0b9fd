using ConcertReservation.Verification;
using ConcertReservation.Verification.Loading;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>A database, topics and a folder for mails, and real hosts on them.</summary>
internal sealed class OnSaleSystem : IAsyncDisposable
{
    public const string OperatorEmail = "operator@bench.example";
    public const string OperatorPassword = "operator of the benchmarks";

    private const string Mails = "mails";

    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DrainPause = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The group that takes every event has taken as many as were published, and no mail waits: a
    /// cheap look while there is much to do.
    /// </summary>
    private const string NearlyDrainedSql = """
        SELECT (SELECT count(*) FROM messaging.outbox) <= (
                SELECT coalesce(sum(next_offset), 0) FROM messaging.consumer_positions
                WHERE consumer_group = 'data-platform')
            AND NOT EXISTS (SELECT FROM notifications.mails WHERE state = 'pending')
        """;

    /// <summary>
    /// Rankings live in Redis: each system has a database of its own there, of sixteen.
    /// </summary>
    private static int _redisDatabases;

    private readonly Services _services;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bench-");

    private OnSaleSystem(Services services, BenchDatabase database, BenchTopics topics)
    {
        _redisDatabases++;
        _services = services with { Redis = $"{services.Redis},defaultDatabase={_redisDatabases}" };
        (Database, Topics) = (database, topics);
        _folder.CreateSubdirectory(Mails);
    }

    public BenchDatabase Database { get; }

    public BenchTopics Topics { get; }

    /// <summary>For what the load reads and writes.</summary>
    public string Folder => _folder.FullName;

    public static async Task<OnSaleSystem> CreateAsync(Services services, CancellationToken stop) =>
        new(
            services,
            await BenchDatabase.CreateAsync(services.Postgres, stop),
            await BenchTopics.CreateAsync(services.Kafka, stop)
        );

    /// <param name="relays">
    /// False: what is published waits in the outbox, and the groups have nothing to do.
    /// </param>
    public Task<HostProcess> StartHostAsync(bool relays, CancellationToken stop) =>
        HostProcess.StartAsync(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ConnectionStrings:Postgres"] = Database.ConnectionString,
                ["ConnectionStrings:Redis"] = _services.Redis,
                ["Kafka:BootstrapServers"] = Topics.BootstrapServers,
                ["Kafka:Prefix"] = Topics.Prefix,
                ["Kafka:Replication"] = $"{BenchTopics.Replication}",
                ["Kafka:MinInSync"] = $"{BenchTopics.MinInSync}",
                ["Relay:Enabled"] = relays ? "true" : "false",
                ["Notifications:PickupDirectory"] = Path.Combine(Folder, Mails),
                ["Accounts:Operator:Email"] = OperatorEmail,
                ["Accounts:Operator:Password"] = OperatorPassword,
            },
            Folder,
            stop
        );

    /// <summary>With a host that relays: until it has nothing left to do.</summary>
    /// <exception cref="TimeoutException">It has not within ten minutes.</exception>
    public async Task DrainAsync(CancellationToken stop)
    {
        await Waiting.UntilAsync(
            "nearly everything is applied",
            () => Database.ScalarAsync<bool>(NearlyDrainedSql, stop),
            DrainLimit,
            stop,
            DrainPause
        );
        using var rankings = await RedisRankings.ConnectAsync(_services.Redis);
        var (after, left) = await Draining.WaitAsync(
            Database.DataSource,
            rankings,
            new KafkaLog(Topics.BootstrapServers, Topics.Prefix),
            DrainLimit,
            stop
        );
        if (after is null)
            throw new TimeoutException($"Not done: {string.Join(", ", left)}.");
    }

    /// <summary>
    /// The thirteen invariants, of the whole system as it is seen from outside, once it is at rest.
    /// </summary>
    public async Task<Check> VerifyAsync(
        IReadOnlyList<JournalEntry>? journal,
        CancellationToken stop
    )
    {
        await DrainAsync(stop);
        var verifier = new Verifier(
            new VerificationSettings(
                Database.ConnectionString,
                _services.Redis,
                Topics.BootstrapServers,
                Topics.Prefix
            )
        );
        var (_, findings) = await verifier.RunAsync(journal, DrainLimit, stop);
        return new Check(
            $"verifier: {Verification.Report.Sum(findings)}",
            [.. findings.SelectMany(f => f.Violations.Select(v => $"{f.Number}: {v}"))]
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Topics.DisposeAsync();
        await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
