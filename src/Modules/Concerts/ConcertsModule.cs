using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Concerts;

public sealed class ConcertsModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services
            .AddOptions<ConcertsOptions>()
            .BindConfiguration("Concerts")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddModuleDatabase<ConcertsDb>("concerts");
        services.AddSingleton<ConcertIds>();
        services.AddScoped<IConcertCatalogue, ConcertCatalogue>();
        services.AddScoped<IPersonalData, PersonalDataOfConcerts>();
        services.AddScoped<SoldOutState>();
        services.AddScoped<SoldSeats>();
        services.AddHostedService<RecheckSoldOut>();
        services.AddSingleton<SeatDoubts>();
        services.AddScoped<CorrectSoldSeats>();
        services.AddHostedService<CompareSoldSeats>();
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
