using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace ConcertReservation.Host.Telemetry;

/// <summary>
/// Names the span of a request for its route, and says how it ended: ASP.NET Core 10 leaves that to
/// an instrumentation library. What nobody records costs a look.
/// </summary>
internal static class RequestSpans
{
    public static void UseRequestSpans(this IApplicationBuilder app) =>
        app.Use(
            (http, next) =>
                http.Features.Get<IHttpActivityFeature>()?.Activity
                    is { IsAllDataRequested: true, Source.Name.Length: > 0 } span
                    ? DescribeAsync(http, next, span)
                    : next(http)
        );

    private static async Task DescribeAsync(HttpContext http, RequestDelegate next, Activity span)
    {
        await next(http);
        if ((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
        {
            span.DisplayName = $"{http.Request.Method} {route}";
            span.SetTag("http.route", route);
        }

        var status = http.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }
}
