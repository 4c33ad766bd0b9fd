using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Messaging;

internal static class LagServices
{
    /// <summary>How far groups are behind, ours and others.</summary>
    public static IServiceCollection AddLag(this IServiceCollection services)
    {
        services
            .AddOptions<LagOptions>()
            .BindConfiguration(LagOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<ForeignGroups>();
        services.AddSingleton<ConsumerLag>();
        return services;
    }
}
