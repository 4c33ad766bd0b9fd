using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConcertReservation.Messaging;

internal static class OutboxServices
{
    /// <summary>
    /// The outbox's table, the signal after a commit, and the upkeep of its partitions.
    /// </summary>
    public static IServiceCollection AddOutbox(this IServiceCollection services)
    {
        services
            .AddOptions<OutboxOptions>()
            .BindConfiguration(OutboxOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddModuleDatabase<MessagingDb>("messaging");
        services.AddSingleton<OutboxSignal>();
        services.AddScoped<Outbox>();
        services.AddSingleton<OutboxDisk>();
        services.AddHostedService(p => p.GetRequiredService<OutboxDisk>());
        services.AddSingleton<OutboxMaintenance>();
        services.AddHostedService(p => p.GetRequiredService<OutboxMaintenance>());
        services.AddSingleton<IDatabasePreparation>(p => p.GetRequiredService<OutboxMaintenance>());
        services
            .AddHealthChecks()
            .AddCheck<OutboxHealth>("outbox", HealthStatus.Unhealthy, timeout: HealthLimits.Answer);
        return services;
    }
}
