using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Host.Http;

namespace ConcertReservation.Host.Telemetry;

/// <summary><c>/metrics</c>: what Prometheus scrapes, on the inner address only.</summary>
internal static class MetricsEndpoint
{
    private const string Example = """
        # HELP outbox_depth Committed rows that Kafka does not have yet.
        # TYPE outbox_depth gauge
        outbox_depth 0

        """;

    public static void MapMetrics(this IEndpointRouteBuilder app) =>
        app.MapGet("/metrics", Handle)
            .WithTags("Health")
            .WithName("ShowMetrics")
            .WithSummary("What is measured")
            .WithDescription(
                "Every metric in Prometheus' text format. Only on the inner address "
                    + $"(`{InnerAddress.Key}`); where none is configured, only for this machine."
            )
            .Produces<string>(200, "text/plain")
            .WithResponseExample(200, Example);

    private static async Task<IResult> Handle(
        HttpContext http,
        InnerAddress inner,
        PrometheusExporter prometheus,
        CancellationToken stop
    )
    {
        // As if it were not there: what is measured is nobody's business out there.
        if (!inner.Includes(http))
            return InnerAddress.NotHere();

        http.Response.Headers.CacheControl = "no-store";
        var text = await prometheus.ScrapeAsync(stop);
        return TypedResults.Bytes(text, PrometheusFamilies.MediaType);
    }
}
