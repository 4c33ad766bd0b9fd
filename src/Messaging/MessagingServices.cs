using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Messaging;

/// <summary>Registers outbox, relay, topics, consuming and dead letters.</summary>
public static class MessagingServices
{
    /// <exception cref="DllNotFoundException">The machine has no librdkafka.</exception>
    public static IServiceCollection AddMessaging(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        Librdkafka.RequireInstalled();
        services.AddKafka(configuration);
        services.AddSingleton<GroupProgress>();
        services.AddRelay(configuration);
        services.AddOutbox(configuration);
        services.AddConsuming(configuration);
        return services;
    }
}
