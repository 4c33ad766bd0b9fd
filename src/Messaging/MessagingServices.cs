using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Messaging;

/// <summary>Registers outbox, relay, topics, consuming and dead letters.</summary>
public static class MessagingServices
{
    /// <exception cref="DllNotFoundException">The machine has no librdkafka.</exception>
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        Librdkafka.RequireInstalled();
        services.AddKafka();
        services.AddSingleton<GroupProgress>();
        services.AddRelay();
        services.AddOutbox();
        services.AddConsuming();
        return services;
    }
}
