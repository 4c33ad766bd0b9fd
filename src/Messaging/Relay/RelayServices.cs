using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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
        services.AddLag();
        return services;
    }
}
