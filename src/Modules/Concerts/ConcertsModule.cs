using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcertReservation.Concerts;

public sealed class ConcertsModule : IModule
{
    /// <summary>The sequence that concert ids come from, and the key of its service.</summary>
    internal const string ConcertIds = "concerts.concert_ids";

    private const int ConcertIdBlock = 20;

    public void AddServices(IServiceCollection services)
    {
        services
            .AddOptions<ConcertsOptions>()
            .BindConfiguration("Concerts")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddModuleDatabase<ConcertsDb>("concerts");
        services.AddKeyedSingleton(
            ConcertIds,
            (provider, _) =>
                new HiLo(
                    provider.GetRequiredService<NpgsqlDataSource>(),
                    ConcertIds,
                    ConcertIdBlock
                )
        );
        services.AddScoped<IConcertCatalogue, ConcertCatalogue>();
        services.AddScoped<SoldOutState>();
        services.AddScoped<SoldSeats>();
        services.AddHostedService<RecheckSoldOut>();
        services.AddConsumerGroup("concert-service", typeof(CountSoldSeats));
    }

    public void MapEndpoints(IEndpointRouteBuilder api)
    {
        CreateConcert.Map(api);
        ListConcerts.Map(api);
        ShowConcert.Map(api);
        EditConcert.Map(api);
        CancelConcert.Map(api);
    }
}
