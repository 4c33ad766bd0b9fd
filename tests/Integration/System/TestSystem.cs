using System.Globalization;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.PaymentSandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Tests.Integration;

/// <summary>What a system of one's own differs in.</summary>
internal sealed record TestSystemOptions
{
    public int Hosts { get; init; } = 2;

    /// <summary>
    /// An embedded Kafka of its own even where real brokers are named: a test may take it down.
    /// </summary>
    public bool EmbeddedKafka { get; init; }

    /// <summary>Hosts reach PostgreSQL and Redis through gates that a test may close.</summary>
    public bool Gates { get; init; }

    /// <summary>False: the test starts the hosts, after it has closed a gate, say.</summary>
    public bool StartHosts { get; init; } = true;

    /// <summary>The hosts find no schema, and make all of them, at once.</summary>
    public bool FromNothing { get; init; }

    /// <summary>Configuration of every host, over the usual one.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } =
        new Dictionary<string, string?>(StringComparer.Ordinal);
}

/// <summary>
/// The whole system: hosts, database, Kafka, payment sandbox and mail folder. All tests share
/// <see cref="SharedSystem"/>; one that breaks things starts its own.
/// </summary>
internal sealed class TestSystem : IAsyncDisposable
{
    public const string OperatorEmail = "operator@test.example";
    public const string OperatorPassword = "operator of the tests";

    private readonly TestRedis _redis;
    private readonly WebApplication _sandbox;
    private int _shiftSeconds;

    private TestSystem(
        TestDatabase database,
        TestKafka kafka,
        TestRedis redis,
        WebApplication sandbox
    )
    {
        (Database, Kafka, _redis, _sandbox) = (database, kafka, redis, sandbox);
        Mails = new TestMails(Directory.CreateTempSubdirectory("mails-").FullName);
    }

    public TestDatabase Database { get; }
    public TestKafka Kafka { get; }
    public TestMails Mails { get; }
    public IReadOnlyList<TestHost> Hosts { get; private set; } = [];
    public TestHost HostA => Hosts[0];
    public TestHost HostB => Hosts[1];

    /// <summary>The payment provider's address.</summary>
    public Uri Sandbox { get; private set; } = null!;

    /// <summary>
    /// Between the hosts and PostgreSQL; only with <see cref="TestSystemOptions.Gates"/>.
    /// </summary>
    public Gate? PostgresGate { get; private set; }

    /// <summary>
    /// Between the hosts and Redis; only with <see cref="TestSystemOptions.Gates"/>.
    /// </summary>
    public Gate? RedisGate { get; private set; }

    public static async Task<TestSystem> StartAsync(TestSystemOptions? options = null)
    {
        options ??= new TestSystemOptions();
        var services = TestServices.FromEnvironment();
        var database = options.FromNothing
            ? await TestDatabase.CreateEmptyAsync("system")
            : await TestDatabase.CreateAsync("system");
        var kafka = options.EmbeddedKafka ? TestKafka.OfItsOwn() : TestKafka.On(services.Kafka);
        var sandbox = SandboxApplication.Create(
            ["--PORT=0"],
            builder => builder.Logging.ClearProviders()
        );
        await sandbox.StartAsync();
        var redis = await TestRedis.TakeAsync();
        var system = new TestSystem(database, kafka, redis, sandbox)
        {
            Sandbox = new Uri(
                sandbox
                    .Services.GetRequiredService<IServer>()
                    .Features.Get<IServerAddressesFeature>()!
                    .Addresses.Single()
            ),
        };
        var settings = system.Settings(options);
        system.Hosts =
        [
            .. Enumerable
                .Range(0, options.Hosts)
                .Select(i => new TestHost($"{(char)('A' + i)}", settings)),
        ];
        try
        {
            if (options.StartHosts)
                await Task.WhenAll(system.Hosts.Select(h => h.StartReadyAsync()));
            return system;
        }
        catch
        {
            // Else its hosts would run beside all other tests.
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>The time of database and hosts goes on by so much at once.</summary>
    public async Task AdvanceAsync(int seconds)
    {
        _shiftSeconds += seconds;
        var shift = _shiftSeconds.ToString(CultureInfo.InvariantCulture);
        await Database.ExecuteAsync(
            $"""
            CREATE OR REPLACE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql VOLATILE
                PARALLEL SAFE AS 'SELECT clock_timestamp() + interval ''{shift} seconds'''
            """
        );
        foreach (var host in Hosts)
        {
            var clock = host.Services.GetRequiredService<DatabaseClock>();
            var dataSource = host.Services.GetRequiredService<NpgsqlDataSource>();
            await clock.MeasureAsync(dataSource, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        TellLogOfFailure();
        await Task.WhenAll(Hosts.Select(h => h.StopAsync()));
        await _sandbox.DisposeAsync();
        if (PostgresGate is not null)
            await PostgresGate.DisposeAsync();
        if (RedisGate is not null)
            await RedisGate.DisposeAsync();
        await Kafka.DisposeAsync();
        await Database.DisposeAsync();
        await _redis.DisposeAsync();
        Mails.Dispose();
    }

    /// <summary>What failed once in a hundred runs may be found in what its hosts said.</summary>
    private void TellLogOfFailure()
    {
        const int MaxLines = 60;
        if (TestContext.CurrentContext.Result.FailCount == 0)
            return;

        foreach (var host in Hosts)
        {
            foreach (var line in host.Log.All.TakeLast(MaxLines))
                TestContext.Error.WriteLine($"Host {host.Name} of a failed test: {line}");
        }
    }

    private Dictionary<string, string?> Settings(TestSystemOptions options)
    {
        var postgres = new NpgsqlConnectionStringBuilder(Database.ConnectionString);
        var redis = _redis.Configuration();
        if (options.Gates)
        {
            PostgresGate = Gate.To(postgres.Host!, postgres.Port);
            (postgres.Host, postgres.Port) = (PostgresGate.Host, PostgresGate.Port);
            var address = redis.Split(',')[0].Split(':');
            RedisGate = Gate.To(address[0], int.Parse(address[1], CultureInfo.InvariantCulture));
            redis = _redis.Configuration($"{RedisGate.Host}:{RedisGate.Port}");
        }

        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:Postgres"] = postgres.ConnectionString,
            ["ConnectionStrings:Redis"] = redis,
            ["Kafka:BootstrapServers"] = Kafka.BootstrapServers,
            ["Kafka:Prefix"] = Kafka.Prefix,
            // A client for each group, of many systems on one machine; and on shared brokers there
            // are the groups of all other tests.
            ["Kafka:Lag:IntervalSeconds"] = "3600",
            ["Kafka:Lag:FindForeignGroups"] = "false",
            // A commit of the relay's own host wakes it; for the other's it looks less often than
            // twenty times a second, of many systems on one machine.
            ["Relay:MaxPollMilliseconds"] = "200",
            ["Notifications:PickupDirectory"] = Mails.Folder,
            ["Payments:Gateway:BaseAddress"] = Sandbox.ToString(),
            ["Accounts:Operator:Email"] = OperatorEmail,
            ["Accounts:Operator:Password"] = OperatorPassword,
            // Thousands of customers sign up from one address, and nobody attacks them.
            ["Accounts:PasswordHashIterations"] = "1",
            ["Accounts:PasswordQueueLength"] = "100000",
            ["Accounts:SignInsPerMinuteAndAddress"] = "1000000",
            ["Accounts:SignInsPerMinuteAndAccount"] = "1000000",
            ["Accounts:SignUpsPerMinuteAndAddress"] = "1000000",
            ["Accounts:SignUpsPerMinuteAndAccount"] = "1000000",
            ["Accounts:ExportsPerMinute"] = "10000",
        };
        foreach (var (key, value) in options.Settings)
            settings[key] = value;
        return settings;
    }
}
