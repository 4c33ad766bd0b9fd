using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Ranking;

/// <summary>The booking ranking and the sold-out ranking, in Redis.</summary>
public sealed class RankingModule : IModule
{
    internal const string Group = "ranking-service";

    public void AddServices(IServiceCollection services)
    {
        services
            .AddOptions<RankingOptions>()
            .BindConfiguration("Ranking")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddModuleDatabase<RankingDb>("ranking");
        services.AddSingleton<RankingIdentity>();
        services.AddSingleton<RankingStore>();
        services.AddSingleton<RankingChanges>();
        services.AddSingleton<RebuildProgress>();
        services.AddSingleton<RebuildMark>();
        services.AddSingleton<RebuildRankings>();
        services.AddScoped<RankingBatch>();
        services.AddSingleton<IOutageClassifier, RedisOutages>();
        services.AddHostedService<KeepRankingsWhole>();
        services.AddConsumerGroup(
            Group,
            typeof(RankBookingsOnReservationEvents),
            typeof(RankConcertsOnConcertEvents)
        );
    }

    public void MapEndpoints(IEndpointRouteBuilder api)
    {
        ShowBookingRanking.Map(api);
        ShowSoldOutRanking.Map(api);
        RequestRankingRebuild.Map(api);
        ShowRankingRebuild.Map(api);
    }
}
