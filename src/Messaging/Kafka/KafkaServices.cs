using ConcertReservation.BuildingBlocks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Messaging;

internal static class KafkaServices
{
    /// <summary>
    /// Settings, clients, topics, and the watch that knows whether Kafka is there.
    /// </summary>
    public static IServiceCollection AddKafka(this IServiceCollection services)
    {
        services
            .AddOptions<KafkaOptions>()
            .BindConfiguration(KafkaOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaOptionsRules>();
        services.AddSingleton<KafkaClients>();
        services.AddSingleton<KafkaCluster>();
        services.AddSingleton<KafkaTopics>();
        services.AddSingleton<LostRecords>();
        services.AddSingleton<RecreatedTopics>();
        services.AddHostedService<KafkaWatch>();
        services
            .AddHealthChecks()
            .AddCheck<KafkaHealth>("kafka", HealthStatus.Degraded, timeout: HealthLimits.Answer);
        return services;
    }
}
