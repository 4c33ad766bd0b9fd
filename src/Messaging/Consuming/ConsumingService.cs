using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Runs every registered group, and the one that reads dead letters, from the moment the database
/// is ready.
/// </summary>
internal sealed class ConsumingService(
    IEnumerable<ConsumerGroup> groups,
    IServiceProvider services,
    DatabaseReady ready,
    ConsumingMetrics metrics,
    IHostApplicationLifetime lifetime,
    ILoggerFactory logs
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var letters = services.GetRequiredService<DeadLetterProjection>();
        GroupRunner[] runners =
        [
            .. groups.Select(Runner),
            Runner(DeadLetterProjection.Routes, letters),
        ];
        foreach (var runner in runners)
            metrics.Watch(runner);
        // Beside the other services, not after them: one that takes all the time there is would
        // leave none to finish what is in hand and to commit.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(
            stoppingToken,
            lifetime.ApplicationStopping
        );
        await ready.WaitAsync(stopping.Token);
        await Task.WhenAll(runners.Select(r => r.RunAsync(stopping.Token)));
    }

    private GroupRunner Runner(ConsumerGroup group)
    {
        var routes = services.GetRequiredService<AllRoutes>().Of(group.Name)!;
        var unit = new BatchUnit(
            routes,
            services.GetRequiredService<IServiceScopeFactory>(),
            services.GetRequiredService<DeadLetterTopic>(),
            metrics,
            logs.CreateLogger<BatchUnit>()
        );
        return Runner(routes, unit);
    }

    private GroupRunner Runner(GroupRoutes routes, IBatchUnit unit) =>
        new(
            routes,
            unit,
            services.GetRequiredService<ConsumerFaults>(),
            services.GetRequiredService<IOptions<ConsumingOptions>>().Value,
            services.GetRequiredService<KafkaClients>(),
            services.GetRequiredService<KafkaCluster>(),
            services.GetRequiredService<NpgsqlDataSource>(),
            services.GetRequiredService<TimeProvider>(),
            ready,
            logs.CreateLogger("ConcertReservation.Messaging.Consuming")
        );
}
