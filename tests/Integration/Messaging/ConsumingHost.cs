using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Host.Database;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>A host with one consumer group and nothing else.</summary>
internal sealed class ConsumingHost : IAsyncDisposable
{
    public const string Group = "payment-counter";

    private readonly IHost _host;
    private bool _stopped;

    private readonly HostMetrics _metrics;

    private ConsumingHost(IHost host)
    {
        _host = host;
        _metrics = new HostMetrics(host.Services.GetRequiredService<IMeterFactory>());
        // Created before anything happens, so that no count is missed.
        host.Services.GetRequiredService<ConsumingMetrics>();
    }

    public ConsumerScript Script => _host.Services.GetRequiredService<ConsumerScript>();

    public LetterReplay Replay => _host.Services.GetRequiredService<LetterReplay>();

    public ConsumerResets Resets => _host.Services.GetRequiredService<ConsumerResets>();

    public RelayedLogs Logs => _host.Services.GetRequiredService<RelayedLogs>();

    public HostMetrics Metrics => _metrics;

    /// <summary>Events that the inbox knew.</summary>
    public long Duplicates => _metrics.Sum("inbox.duplicates");

    /// <summary>Records that Kafka deleted before the group had read them.</summary>
    public long Lost => _metrics.Sum("kafka.consumer.gap");

    /// <summary>Batches of which the log says that there is what nobody can read.</summary>
    public int Unreadable =>
        _host.Services.GetRequiredService<NUnitLoggerProvider>().Count(" cannot read ");

    /// <summary>Attempts at a dead letter that came to nothing.</summary>
    public int Unwritten =>
        _host.Services.GetRequiredService<NUnitLoggerProvider>().Count("cannot write the dead");

    /// <summary>Its log, with all that exceptions in it say.</summary>
    public IReadOnlyCollection<string> Said =>
        _host.Services.GetRequiredService<NUnitLoggerProvider>().Lines;

    /// <summary>The group says that it applies nothing though it should.</summary>
    public bool IsStopped => _metrics.Read("kafka.consumer.stopped")[$"group={Group}"] == 1;

    /// <summary>Those that this host has now.</summary>
    public IReadOnlyCollection<string> Partitions =>
        [
            .. _metrics
                .Read("kafka.consumer.unapplied")
                .Keys.Where(tags => tags.Contains($"group={Group}", StringComparison.Ordinal)),
        ];

    public static async Task<ConsumingHost> StartAsync(
        ConsumingSystem system,
        (string Key, string Value)[] settings
    )
    {
        var builder = new HostApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true }
        );
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["ConnectionStrings:Postgres"] = system.ConnectionString,
                ["Database:MaxConnections"] = "20",
                ["Kafka:BootstrapServers"] = system.Kafka.BootstrapServers,
                ["Kafka:Prefix"] = system.Kafka.Prefix,
                // A client for each group, of many systems on one machine.
                ["Kafka:Lag:IntervalSeconds"] = "3600",
                ["Kafka:Lag:FindForeignGroups"] = "false",
                ["Kafka:Consuming:SessionTimeoutMilliseconds"] = "6000",
                ["Kafka:Consuming:HeartbeatMilliseconds"] = "500",
                ["Kafka:Consuming:RetryDelayMilliseconds"] = "20",
                ["Kafka:Consuming:CommitIntervalMilliseconds"] = "50",
                ["Kafka:Consuming:OutageMaxDelayMilliseconds"] = "200",
            }
        );
        builder.Configuration.AddInMemoryCollection(
            ConsumingSystem.Partitions.Select(p =>
                KeyValuePair.Create(
                    $"Kafka:Partitions:{p.Key}",
                    (string?)p.Value.ToString(CultureInfo.InvariantCulture)
                )
            )
        );
        builder.Configuration.AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))
        );
        var log = new NUnitLoggerProvider();
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton(log);
        builder.Services.AddMetrics();
        builder.Services.AddDatabase();
        builder.Services.AddMessaging();
        builder.Services.AddSingleton<ConsumerScript>();
        builder.Services.AddScoped<PaymentEffects>();
        builder.Services.AddConsumerGroup(Group, typeof(CountPayments));
        var host = new ConsumingHost(builder.Build());
        try
        {
            await host._host.StartAsync();
            await host._host.Services.GetRequiredService<DatabaseReady>().WaitAsync(default);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>As on Ctrl-C.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
            return;

        _stopped = true;
        await _host.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _metrics.Dispose();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    /// <summary>The host's log beside the test's result.</summary>
    private sealed class NUnitLoggerProvider : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IReadOnlyCollection<string> Lines => [.. _lines];

        public int Count(string text) =>
            _lines.Count(l => l.Contains(text, StringComparison.Ordinal));

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            var line = formatter(state, exception);
            _lines.Enqueue($"{line} {exception}");
            TestContext.Progress.WriteLine(
                $"{DateTime.UtcNow:mm:ss.fff} {logLevel} {line} {exception}"
            );
        }

        public void Dispose() { }
    }
}
