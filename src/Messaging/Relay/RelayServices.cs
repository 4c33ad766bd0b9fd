using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Messaging;

internal static class RelayServices
{
    /// <summary>The way from the outbox to Kafka.</summary>
    public static IServiceCollection AddRelay(this IServiceCollection services)
    {
        services
            .AddOptions<RelayOptions>()
            .BindConfiguration(RelayOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<RelayOptions>, RelayOptionsRules>();
        services.AddHostedService<Relay>();
        services.AddSingleton(p => new RelayedLogs(
            p.GetRequiredService<NpgsqlDataSource>(),
            p.GetRequiredService<KafkaClients>(),
            p.GetRequiredService<KafkaCluster>()
        ));
        services.AddLag();
        return services;
    }
}
