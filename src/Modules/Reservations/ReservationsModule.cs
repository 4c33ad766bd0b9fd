using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Reservations;

public sealed class ReservationsModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services
            .AddOptions<ReservationsOptions>()
            .BindConfiguration(ReservationsOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddModuleDatabase<ReservationsDb>("reservations");
        services.Configure<JsonOptions>(json =>
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ReservationsJson.Default)
        );

        services.AddSingleton<SeatMaps>();
        services.AddScoped<ISeatInventory, SeatInventory>();
        services.AddScoped(p => new Lazy<IConcertCatalogue>(
            p.GetRequiredService<IConcertCatalogue>
        ));
        services.AddScoped<UnknownConcerts>();
        services.AddScoped<KnownCustomers>();
        services.AddScoped<IPersonalData, PersonalDataOfReservations>();
        services.AddSingleton<HoldWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<HoldWriter>());

        services.AddScoped<ReservationStore>();
        services.AddScoped<PaymentOutcomes>();
        services.AddScoped<IReservationPayments, ReservationPayments>();
        AddSweep<ExpireHolds>(services);
        AddSweep<SettleCancelledConcerts>(services);
        AddSweep<ForgetOldKeys>(services);

        services.AddConsumerGroup(
            "reservation-service",
            typeof(BuildInventoryOnConcertScheduled),
            typeof(FollowConcertOnConcertChanged),
            typeof(StopSaleOnConcertCancelled),
            typeof(FollowCustomerOnUserEvents),
            typeof(ConfirmOnPaymentCompleted),
            typeof(ReleaseOnPaymentFailed)
        );
    }

    public void MapEndpoints(IEndpointRouteBuilder api)
    {
        ShowSeats.Map(api);
        HoldSeats.Map(api);
        ListReservations.Map(api);
        ShowReservation.Map(api);
        CancelReservation.Map(api);
    }

    private static void AddSweep<TSweep>(IServiceCollection services)
        where TSweep : class, ISweep
    {
        services.AddScoped<TSweep>();
        services.AddHostedService<Sweeper<TSweep>>();
    }
}
