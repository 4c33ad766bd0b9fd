using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Messaging;

internal static class RelayServices
{
    /// <summary>The way from the outbox to Kafka.</summary>
    public static IServiceCollection AddRelay(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services
            .AddOptions<RelayOptions>()
            .Bind(configuration.GetSection(RelayOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<RelayOptions>, RelayOptionsRules>();
        services.AddHostedService<Relay>();
        return services;
    }
}
