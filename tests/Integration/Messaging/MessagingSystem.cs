using System.Globalization;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.LocalServices;
using ConcertReservation.Messaging;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// A database of its own on the tests' server and a Kafka of its own, embedded or a prefix on real
/// brokers, with hosts that do nothing but relaying: what happens here disturbs no other test.
/// </summary>
internal sealed class MessagingSystem : IAsyncDisposable
{
    /// <summary>Names the sessions of the tests themselves, beside those of their hosts.</summary>
    public const string Tests = "tests";

    private readonly TestDatabase _database;
    private readonly List<IHost> _hosts = [];

    private MessagingSystem(TestDatabase database, TestKafka kafka)
    {
        _database = database;
        ConnectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            // A takeover shows that of a killed session in the pool nobody hears.
            Options = "-c idle_in_transaction_session_timeout=60000",
        }.ConnectionString;
        Database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(ConnectionString) { ApplicationName = Tests }
        );
        Kafka = kafka;
        if (kafka.Embedded is not null)
            Entrance = new KafkaEntrance(kafka.BootstrapServers);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Database { get; }

    public TestKafka Kafka { get; private set; }

    /// <summary>A Kafka that the test may take down and bring up.</summary>
    public EmbeddedKafka Embedded =>
        Kafka.Embedded ?? throw new InvalidOperationException("Start with alwaysEmbedded.");

    /// <summary>
    /// The address that hosts know of an embedded Kafka: it stays when that is another one.
    /// </summary>
    private KafkaEntrance? Entrance { get; }

    /// <param name="alwaysEmbedded">The test does to Kafka what only an embedded one of its own
    /// allows, or needs none.</param>
    public static async Task<MessagingSystem> StartAsync(bool alwaysEmbedded = false)
    {
        var database = await TestDatabase.CreateAsync("messaging");
        var kafka = alwaysEmbedded
            ? TestKafka.OfItsOwn()
            : TestKafka.On(TestServices.FromEnvironment().Kafka);
        await kafka.CreateTopicsAsync();
        return new MessagingSystem(database, kafka);
    }

    /// <summary>A running host; stop it to end it in order.</summary>
    public async Task<IHost> StartHostAsync(
        Action<IServiceCollection>? configure = null,
        params (string Key, string Value)[] settings
    )
    {
        var host = NewHost(configure, settings);
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    public async Task RestartKafkaAsync()
    {
        await Kafka.DisposeAsync();
        Kafka = TestKafka.OfItsOwn();
        await Entrance!.LeadToAsync(Kafka.BootstrapServers);
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Commits the rows in one transaction.</summary>
    public async Task PublishAsync(params IReadOnlyList<OutboxRow> rows)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await OutboxTable.InsertAsync(connection, rows, CancellationToken.None);
    }

    /// <summary>Everything that is in Kafka now, each partition in its order.</summary>
    public IReadOnlyList<ConsumeResult<byte[], byte[]>> ReadKafka() =>
        KafkaContent.Read(Kafka.BootstrapServers, Kafka.Prefix);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }

        if (Entrance is not null)
            await Entrance.DisposeAsync();
        await Kafka.DisposeAsync();
        await Database.DisposeAsync();
        await _database.DisposeAsync();
    }

    private IHost NewHost(
        Action<IServiceCollection>? configure,
        (string Key, string Value)[] settings
    )
    {
        var builder = new HostApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true }
        );
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Kafka:BootstrapServers"] = Entrance?.Address ?? Kafka.BootstrapServers,
                ["Kafka:Prefix"] = Kafka.Prefix,
            }
        );
        builder.Configuration.AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))
        );
        builder.Logging.AddProvider(new TestLog());
        builder.Services.AddSingleton(NpgsqlDataSource.Create(ConnectionString));
        builder.Services.AddScoped<UnitOfWork>();
        var ready = new DatabaseReady();
        ready.Open();
        builder.Services.AddSingleton(ready);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddKafka();
        builder.Services.AddOutbox();
        builder.Services.AddRelay();
        configure?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>Warnings and worse into the test's output.</summary>
    private sealed class TestLog : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) =>
            TestContext.Progress.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{DateTime.UtcNow:HH:mm:ss.fff} {formatter(state, exception)}"
                )
            );

        public void Dispose() { }
    }
}
