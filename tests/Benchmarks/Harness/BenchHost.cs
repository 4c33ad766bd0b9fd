using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Host.Database;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// A host with the messaging of the real one and whichever modules a benchmark is about, in the
/// process of the benchmark. It contacts everything when started, and works from when it is let.
/// </summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private static readonly TimeSpan MigrationLimit = TimeSpan.FromMinutes(1);

    private readonly IHost _host;

    private BenchHost(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    /// <summary>Past its migrations, with Kafka known; relay and groups wait.</summary>
    public static async Task<BenchHost> StartAsync(
        BenchDatabase database,
        BenchTopics topics,
        Action<IServiceCollection> configure,
        CancellationToken stop,
        params (string Key, string Value)[] settings
    )
    {
        await MigrateAsync(database, topics, configure, stop);
        var builder = Builder(database, topics, settings);
        configure(builder.Services);
        // What opens the gate at once; here the benchmark does.
        builder.Services.Remove(
            builder.Services.Single(s => s.ImplementationType == typeof(PrepareDatabase))
        );
        var host = new BenchHost(builder.Build());
        await host._host.StartAsync(stop);
        await host.Services.GetRequiredService<KafkaCluster>().ReachableAsync(stop);
        return host;
    }

    /// <summary>The relay and the groups begin.</summary>
    public void Open() => Services.GetRequiredService<DatabaseReady>().Open();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    /// <summary>The tables of Messaging and of the modules that are asked for.</summary>
    public static async Task MigrateAsync(
        BenchDatabase database,
        BenchTopics topics,
        Action<IServiceCollection> configure,
        CancellationToken stop
    )
    {
        await using var services = Unstarted(database, topics, configure);
        var migrating = services.GetRequiredService<Migrator>().RunAsync(stop);
        await migrating.WaitAsync(MigrationLimit, stop);
    }

    /// <summary>What such a host is made of, none of it started.</summary>
    public static ServiceProvider Unstarted(
        BenchDatabase database,
        BenchTopics topics,
        Action<IServiceCollection> configure
    )
    {
        var builder = Builder(database, topics, []);
        configure(builder.Services);
        return builder.Services.BuildServiceProvider();
    }

    private static HostApplicationBuilder Builder(
        BenchDatabase database,
        BenchTopics topics,
        (string Key, string Value)[] settings
    )
    {
        var builder = new HostApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true }
        );
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["ConnectionStrings:Postgres"] = database.ConnectionString,
                ["Kafka:BootstrapServers"] = topics.BootstrapServers,
                ["Kafka:Prefix"] = topics.Prefix,
                ["Kafka:Replication"] = $"{BenchTopics.Replication}",
                ["Kafka:MinInSync"] = $"{BenchTopics.MinInSync}",
            }
        );
        builder.Configuration.AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))
        );
        builder.Logging.AddSimpleConsole(o => o.SingleLine = true);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddMetrics();
        builder.Services.AddDatabase();
        builder.Services.AddMessaging();
        return builder;
    }
}
