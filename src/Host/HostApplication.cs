using ConcertReservation.Accounts;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.Concerts;
using ConcertReservation.DataPlatform;
using ConcertReservation.Host.Database;
using ConcertReservation.Host.Health;
using ConcertReservation.Host.Http;
using ConcertReservation.Host.OpenApi;
using ConcertReservation.Host.Redis;
using ConcertReservation.Host.Telemetry;
using ConcertReservation.Messaging;
using ConcertReservation.Notifications;
using ConcertReservation.Payments;
using ConcertReservation.Ranking;
using ConcertReservation.Reservations;

namespace ConcertReservation.Host;

/// <summary>Puts the modules together into one web application.</summary>
public static class HostApplication
{
    /// <summary>
    /// For everything together, whatever hangs; an orchestrator's patience is longer by default.
    /// </summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Settings are those of the start. A watch over their file would see every write below the
    /// working directory: in a checkout, also those of PostgreSQL and Kafka.
    /// </summary>
    private const string NoReload = "--hostBuilder:reloadConfigOnChange=false";

    internal static readonly IReadOnlyList<IModule> Modules =
    [
        new AccountsModule(),
        new ConcertsModule(),
        new ReservationsModule(),
        new PaymentsModule(),
        new NotificationsModule(),
        new RankingModule(),
        new DataPlatformModule(),
    ];

    /// <summary>Builds the host; nothing is contacted before it starts.</summary>
    /// <exception cref="InvalidConfigurationException">A required key is missing.</exception>
    public static WebApplication Create(
        string[] args,
        Action<WebApplicationBuilder>? configure = null
    )
    {
        var builder = WebApplication.CreateBuilder([NoReload, .. args]);
        builder.Logging.AddReadableConsole(builder.Configuration);
        configure?.Invoke(builder);
        HostConfiguration.RequireServices(builder.Configuration);
        KillAtFaultPoint.Arm(builder.Configuration);
        builder.AddAddresses();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = ShutdownLimit);
        builder.Services.AddTelemetry();
        builder.AddHttp();
        builder.Services.AddDatabase();
        builder.Services.AddRedis();
        builder.Services.AddHealth();
        builder.Services.AddApiDocument();
        builder.Services.AddMessaging();
        foreach (var module in Modules)
            module.AddServices(builder.Services);

        var app = builder.Build();
        app.UseHttp();
        app.MapHealth();
        app.MapMetrics();
        app.MapApiDocument();
        var api = app.MapGroup("/api");
        api.AddEndpointFilterFactory(RequestTimes.CheckQuery);
        foreach (var module in Modules)
            module.MapEndpoints(api);
        api.MapMessaging();
        return app;
    }

    /// <summary>The API's address, and the inner one where it has its own.</summary>
    private static void AddAddresses(this WebApplicationBuilder builder)
    {
        var outer = HostConfiguration.Address(builder.Configuration);
        var inner = InnerAddress.From(builder.Configuration, outer);
        builder.Services.AddSingleton(inner);
        builder.WebHost.UseUrls(inner.Url is { } url ? $"{outer};{url}" : outer);
    }
}
