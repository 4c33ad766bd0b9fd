using ConcertReservation.Verification;
using ConcertReservation.Verification.Loading;
using NUnit.Framework.Interfaces;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// A whole system whose hosts are processes: a database, Redis database and Kafka of its own, a
/// payment provider, and the journal of all that clients asked and heard.
/// </summary>
internal sealed class FaultSystem : IAsyncDisposable
{
    public const string OperatorEmail = "operator@test.example";
    public const string OperatorPassword = "operator of the tests";

    /// <summary>Longer than a host keeps mails or payments that it took.</summary>
    private const int LeaseSeconds = 60;

    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(60);

    private readonly List<HostProcess> _hosts = [];
    private readonly List<Wire> _wires = [];
    private readonly TestRedis _redis;
    private int _aheadSeconds;

    private FaultSystem(
        string folder,
        TestDatabase database,
        TestKafka kafka,
        TestRedis redis,
        Provider provider
    )
    {
        (Folder, Database, Kafka, _redis, Provider) = (folder, database, kafka, redis, provider);
        Directory.CreateDirectory(MailFolder);
        Journal = new Journal(Path.Combine(Folder, "journal.jsonl"));
    }

    public TestDatabase Database { get; }
    public TestKafka Kafka { get; }
    public Provider Provider { get; }
    public Journal Journal { get; }
    public IReadOnlyList<HostProcess> Hosts => _hosts;
    public TestRedis Redis => _redis;

    /// <summary>Logs, mails and the journal; kept where the test failed.</summary>
    public string Folder { get; }

    public string MailFolder => Path.Combine(Folder, "mails");

    /// <summary>
    /// The database is an older one, and does not know all of which the provider has the money.
    /// </summary>
    public bool ProviderKnowsMore { get; set; }

    public VerificationSettings Services =>
        new(Database.ConnectionString, _redis.Configuration(), Kafka.BootstrapServers, Kafka.Prefix)
        {
            ProviderBooks = ProviderKnowsMore ? null : Provider.Books,
            HasOwnProvider = true,
        };

    /// <param name="bootstrapServers">
    /// A Kafka that the test may break; null for the one that the environment names.
    /// </param>
    /// <param name="servers">The same for PostgreSQL and Redis.</param>
    public static async Task<FaultSystem> StartAsync(
        string? bootstrapServers = null,
        OwnServers? servers = null
    )
    {
        var folder = Directory.CreateTempSubdirectory("faults-").FullName;
        return new FaultSystem(
            folder,
            servers is null
                ? await TestDatabase.CreateAsync("faults")
                : await TestDatabase.CreateEmptyAsync("faults", servers.Postgres),
            TestKafka.On(bootstrapServers ?? TestServices.Required("Kafka__BootstrapServers")),
            await TestRedis.TakeAsync(servers?.Redis),
            // Where ./run has it, so that programs of ours find it, too.
            await Provider.StartAsync(Path.Combine(folder, "payment-sandbox", "data"))
        );
    }

    /// <summary>Starts a host and waits until it is ready.</summary>
    /// <param name="settings">Configuration over the usual one.</param>
    public async Task<HostProcess> StartHostAsync(params (string Key, string Value)[] settings)
    {
        var host = NewHost($"{(char)('A' + _hosts.Count)}", settings);
        _hosts.Add(host);
        host.Start();
        await host.WaitUntilReadyAsync();
        return host;
    }

    /// <summary>One that nobody asks and that its owner starts and disposes of.</summary>
    public HostProcess Guest(params (string Key, string Value)[] settings) =>
        NewHost("guest", settings);

    /// <summary>A host with a wire between it and PostgreSQL.</summary>
    public async Task<(HostProcess Host, Wire Wire)> StartWiredHostAsync(
        params (string Key, string Value)[] settings
    )
    {
        var (wire, connectionString) = Wire.To(Database.ConnectionString);
        _wires.Add(wire);
        var host = await StartHostAsync([
            ("ConnectionStrings:Postgres", connectionString),
            .. settings,
        ]);
        return (host, wire);
    }

    /// <summary>As database and hosts have it: they run on this machine.</summary>
    public DateTime Now => DateTime.UtcNow.AddSeconds(_aheadSeconds);

    /// <summary>The time of database and hosts goes on by so much at once.</summary>
    public Task AdvanceAsync(int seconds)
    {
        _aheadSeconds += seconds;
        return Database.ExecuteAsync(
            $"""
            CREATE OR REPLACE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql VOLATILE
                PARALLEL SAFE AS 'SELECT clock_timestamp() + interval ''{_aheadSeconds} seconds'''
            """
        );
    }

    /// <summary>
    /// So much that work which dead hosts had taken is free for others: mails and payments.
    /// </summary>
    public Task OutwaitLeasesAsync() => AdvanceAsync(LeaseSeconds);

    /// <summary>What each partition's reader told Kafka.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> CommittedBy(string group) =>
        new KafkaLog(Kafka.BootstrapServers, Kafka.Prefix).Committed(group);

    /// <summary>Waits until all is at rest, and checks every invariant.</summary>
    /// <param name="journal">null for all that clients asked and heard.</param>
    public async Task<IReadOnlyList<Finding>> VerifyAsync(
        IReadOnlyList<JournalEntry>? journal = null
    )
    {
        var findings = await CheckAsync(journal ?? Journal.Entries);
        findings.Count.ShouldBe(13);
        foreach (var finding in findings)
        {
            finding.Violations.ShouldBeEmpty($"{finding.Told}: {Folder}");
            finding.Figures.ShouldNotBeEmpty($"{finding.Number} was not checked");
        }

        return findings;
    }

    /// <summary>The same where it is known that not all holds.</summary>
    public async Task<IReadOnlyList<Finding>> CheckAsync(IReadOnlyList<JournalEntry> journal)
    {
        var (_, findings) = await new Verifier(Services).RunAsync(
            journal,
            DrainBound,
            CancellationToken.None
        );
        return findings;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            host.Dispose();
        foreach (var wire in _wires)
            wire.Dispose();
        await Provider.DisposeAsync();
        await Kafka.DisposeAsync();
        await Database.DisposeAsync();
        await _redis.DisposeAsync();
        Journal.Dispose();
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
            TestContext.Out.WriteLine($"Logs and the journal are in {Folder}");
        else
            Directory.Delete(Folder, recursive: true);
    }

    private HostProcess NewHost(string name, (string Key, string Value)[] settings)
    {
        var all = Settings();
        foreach (var (key, value) in settings)
            all[key] = value;
        return new HostProcess(name, Folder, all);
    }

    private Dictionary<string, string> Settings() =>
        new(StringComparer.Ordinal)
        {
            ["ConnectionStrings:Postgres"] = Database.ConnectionString,
            ["ConnectionStrings:Redis"] = _redis.Configuration(),
            ["Kafka:BootstrapServers"] = Kafka.BootstrapServers,
            ["Kafka:Prefix"] = Kafka.Prefix,
            // The shortest that real brokers allow.
            ["Kafka:Consuming:SessionTimeoutMilliseconds"] = "6000",
            ["Kafka:Consuming:HeartbeatMilliseconds"] = "500",
            // A client for each group, of many systems on one machine; and on shared brokers there
            // are the groups of all other tests.
            ["Kafka:Lag:IntervalSeconds"] = "3600",
            ["Kafka:Lag:FindForeignGroups"] = "false",
            ["Notifications:PickupDirectory"] = MailFolder,
            ["Payments:Gateway:BaseAddress"] = Provider.Url.ToString(),
            ["Payments:PollMilliseconds"] = "100",
            ["Accounts:Operator:Email"] = OperatorEmail,
            ["Accounts:Operator:Password"] = OperatorPassword,
            // Everybody signs up from one address, and nobody attacks.
            ["Accounts:PasswordHashIterations"] = "1",
            ["Accounts:SignInsPerMinuteAndAddress"] = "1000000",
            ["Accounts:SignInsPerMinuteAndAccount"] = "1000000",
            ["Accounts:SignUpsPerMinuteAndAddress"] = "1000000",
            ["Accounts:SignUpsPerMinuteAndAccount"] = "1000000",
        };
}

/// <summary>What a finding counted.</summary>
internal static class Figures
{
    /// <param name="number">The invariant's.</param>
    public static long Of(this IReadOnlyList<Finding> findings, int number, string what) =>
        findings.Single(f => f.Number == number).Figures.Single(f => f.What == what).Count;
}
