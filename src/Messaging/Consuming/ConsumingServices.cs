using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Messaging;

internal static class ConsumingServices
{
    /// <summary>Groups, their inbox and their dead letters.</summary>
    public static IServiceCollection AddConsuming(this IServiceCollection services)
    {
        services
            .AddOptions<ConsumingOptions>()
            .BindConfiguration(ConsumingOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConsumingOptions>, ConsumingOptionsRules>();
        services.AddConsumers();
        services.AddSingleton<AllRoutes>();
        services.AddSingleton<ConsumerResets>();
        services.AddSingleton<ConsumerFaults>();
        services.AddSingleton<ConsumingMetrics>();
        services.AddSingleton<DeadLetterTopic>();
        services.AddSingleton<DeadLetterProjection>();
        services.AddSingleton<SelectedLetters>();
        services.AddSingleton<ReplayOnlyLetters>();
        services.AddScoped<IPersonalData, PersonalDataOfLetters>();
        services.AddSingleton(p => new UnappliedEvents(
            p.GetRequiredService<NpgsqlDataSource>(),
            p.GetRequiredService<AllRoutes>()
        ));
        services.AddSingleton<ReplayUnit>();
        services.AddSingleton<LetterReplay>();
        services.AddSingleton<InboxMaintenance>();
        services.AddSingleton<IDatabasePreparation>(p => p.GetRequiredService<InboxMaintenance>());
        services.AddHostedService(p => p.GetRequiredService<InboxMaintenance>());
        services.AddHostedService<ConsumingService>();
        return services;
    }

    /// <summary>
    /// MassTransit for its consumers alone: its bus carries nothing, so it is neither started nor
    /// checked, and nothing is reported to its makers.
    /// </summary>
    private static void AddConsumers(this IServiceCollection services)
    {
        services.AddMassTransit(bus =>
        {
            bus.ConfigureUsageTelemetryOptions(telemetry => telemetry.Enabled = false);
            bus.UsingInMemory(
                (_, factory) =>
                {
                    var events = new EventDeserializer();
                    factory.ClearSerialization();
                    factory.AddSerializer(events);
                    factory.AddDeserializer(events, isDefault: true);
                }
            );
        });
        services.RemoveMassTransitHostedService();
        // It would tell all that an exception says, and that may quote whom an event is about. What
        // is to be told, Consuming tells.
        services.AddLogging(log => log.AddFilter(nameof(MassTransit), LogLevel.None));
        var busHealth = services
            .Where(s =>
                s.ServiceType == typeof(IConfigureOptions<HealthCheckServiceOptions>)
                && s.ImplementationType?.Namespace?.StartsWith(
                    nameof(MassTransit),
                    StringComparison.Ordinal
                ) == true
            )
            .ToArray();
        foreach (var check in busHealth)
            services.Remove(check);
    }
}
