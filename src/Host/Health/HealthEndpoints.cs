using System.Text.Json.Serialization;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConcertReservation.Host.Health;

/// <summary>
/// <c>/health/live</c>: the process runs. <c>/health/ready</c>: what it depends on, each by name.
/// Without the database nothing works: 503. Without Redis or Kafka booking goes on: 200, and the
/// one that is away is named.
/// </summary>
internal static class HealthEndpoints
{
    private const string Healthy = "healthy";

    internal sealed record Liveness(string Status);

    /// <param name="Status">healthy, degraded or unhealthy: the worst of the others.</param>
    internal sealed record Readiness(
        string Status,
        Dependency Database,
        Dependency Redis,
        Dependency Kafka,
        Dependency Outbox
    );

    /// <param name="Status">healthy, degraded or unhealthy.</param>
    internal sealed record Dependency(
        string Status,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
            string? Detail = null
    );

    private static readonly Readiness Example = new(
        Healthy,
        new(Healthy),
        new(Healthy),
        new(Healthy, "Kafka answers."),
        new(Healthy, "The outbox has partitions ahead.")
    );

    public static void AddHealth(this IServiceCollection services) =>
        services
            .AddHealthChecks()
            .AddCheck<DatabaseCheck>(
                "database",
                HealthStatus.Unhealthy,
                timeout: HealthLimits.Answer
            )
            .AddCheck<RedisCheck>("redis", HealthStatus.Degraded, timeout: HealthLimits.Answer);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", Live)
            .WithTags("Health")
            .WithName("ShowLiveness")
            .WithSummary("Is the process alive?")
            .WithDescription("200 for as long as the process answers at all.")
            .Produces<Liveness>()
            .WithResponseExample(200, new Liveness(Healthy));
        app.MapGet("/health/ready", Ready)
            .WithTags("Health")
            .WithName("ShowReadiness")
            .WithSummary("Is what the host depends on there?")
            .WithDescription(
                "200 while bookings can be taken, also where Redis or Kafka is away, or the outbox "
                    + "fills the disk, and named as degraded; 503 without the database."
            )
            .Produces<Readiness>()
            .Produces<Readiness>(503)
            .WithResponseExample(200, Example)
            .WithResponseExample(
                503,
                Example with
                {
                    Status = "unhealthy",
                    Database = new("unhealthy", "is being migrated"),
                }
            );
    }

    private static Liveness Live(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return new Liveness(Healthy);
    }

    private static async Task<IResult> Ready(
        HttpContext http,
        HealthCheckService checks,
        CancellationToken stop
    )
    {
        http.Response.Headers.CacheControl = "no-store";
        var report = await checks.CheckHealthAsync(stop);
        var isReady = report.Status != HealthStatus.Unhealthy;
        return TypedResults.Json(
            new Readiness(
                Name(report.Status),
                Of(report, "database"),
                Of(report, "redis"),
                Of(report, "kafka"),
                Of(report, "outbox")
            ),
            statusCode: isReady ? 200 : 503
        );
    }

    private static Dependency Of(HealthReport report, string name) =>
        new(Name(report.Entries[name].Status), report.Entries[name].Description);

    private static string Name(HealthStatus status) =>
        status switch
        {
            HealthStatus.Healthy => Healthy,
            HealthStatus.Degraded => "degraded",
            _ => "unhealthy",
        };
}
