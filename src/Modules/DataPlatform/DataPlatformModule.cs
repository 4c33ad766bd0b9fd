using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.DataPlatform;

/// <summary>Keeps every event of all topics, and the statistics that follow from them.</summary>
public sealed class DataPlatformModule : IModule
{
    internal const string Group = "data-platform";

    public void AddServices(IServiceCollection services)
    {
        services
            .AddOptions<DataPlatformOptions>()
            .BindConfiguration("DataPlatform")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddModuleDatabase<DataPlatformDb>(StatisticsTables.Schema);
        services.AddSingleton<IEventHistory, EventStore>();
        services.AddScoped<IPersonalData, PersonalDataOfEvents>();
        services.AddSingleton<EventStorePartitions>();
        services.AddSingleton<RebuildProgress>();
        services.AddHostedService<RebuildStatistics>();
        services.AddConsumerGroup(Group, typeof(RecordEveryEvent));
    }

    public void MapEndpoints(IEndpointRouteBuilder api)
    {
        GetHourlyStatistics.Map(api);
        GetConcertStatistics.Map(api);
        GetConcertFunnel.Map(api);
        GetConcertSellThrough.Map(api);
        GetConcertRefunds.Map(api);
        ListConcertBookings.Map(api);
        GetCustomerStatistics.Map(api);
        RequestAnalyticsRebuild.Map(api);
        ShowAnalyticsRebuild.Map(api);
        ShowAuditTrails.Map(api);
    }
}
