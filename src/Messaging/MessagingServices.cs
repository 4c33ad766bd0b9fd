using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Messaging;

/// <summary>
/// Outbox, relay, topics, consuming and dead letters, and what operators do with them.
/// </summary>
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

    /// <summary>What operators see of the pipeline, and do to it.</summary>
    /// <param name="api">The <c>/api</c> group.</param>
    public static void MapMessaging(this IEndpointRouteBuilder api)
    {
        ShowOutbox.Map(api);
        ListConsumers.Map(api);
        ResetConsumers.Map(api);
        ShowReset.Map(api);
        ListDeadLetters.Map(api);
        ShowDeadLetter.Map(api);
        ReplayDeadLetters.Map(api);
        DiscardDeadLetters.Map(api);
    }
}
