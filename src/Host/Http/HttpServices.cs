using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Host.Telemetry;

namespace ConcertReservation.Host.Http;

/// <summary>How requests are read and refused, the same for every module.</summary>
internal static class HttpServices
{
    private const int NotReadyRetrySeconds = 2;

    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.AddHttpLimits();
        builder.Services.ConfigureHttpJsonOptions(json =>
            JsonSettings.Apply(json.SerializerOptions)
        );
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
    }

    public static void UseHttp(this WebApplication app)
    {
        app.UseRequestSpans();
        app.UseSecurityHeaders();
        app.UseMiddleware<ProblemAnswers>();
        app.Services.GetRequiredService<InnerAddress>().Guard(app);
        app.UseWhen(
            http =>
                http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase),
            CloseUntilTheDatabaseIsReady
        );
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>The API is closed until the migrations have run.</summary>
    public static Problem NotReady() =>
        Problems.Overloaded("The database is not ready yet.", NotReadyRetrySeconds);

    private static void CloseUntilTheDatabaseIsReady(IApplicationBuilder api)
    {
        var ready = api.ApplicationServices.GetRequiredService<DatabaseReady>();
        api.Use((http, next) => ready.IsOpen ? next(http) : NotReady().ExecuteAsync(http));
    }
}
