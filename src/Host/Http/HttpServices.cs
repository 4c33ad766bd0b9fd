using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Routing.Patterns;

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
        app.UseSecurityHeaders();
        app.UseMiddleware<ProblemAnswers>();
        app.UseWhen(
            http =>
                http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase),
            CloseUntilTheDatabaseIsReady
        );
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api");
        ((IEndpointConventionBuilder)api).Add(NameTheFieldOfBadRouteValues);
        return api;
    }

    private static void CloseUntilTheDatabaseIsReady(IApplicationBuilder api)
    {
        var ready = api.ApplicationServices.GetRequiredService<DatabaseReady>();
        api.Use(
            (http, next) =>
                ready.IsOpen
                    ? next(http)
                    : Problems
                        .Overloaded("The database is not ready yet.", NotReadyRetrySeconds)
                        .ExecuteAsync(http)
        );
    }

    /// <summary>
    /// Drops constraints such as <c>:long</c> from routes: with them /concerts/abc is
    /// an address that does not exist; without them it is one whose <c>id</c> is no
    /// number, and the answer says so.
    /// </summary>
    private static void NameTheFieldOfBadRouteValues(EndpointBuilder endpoint)
    {
        if (
            endpoint
            is not RouteEndpointBuilder { RoutePattern: { ParameterPolicies.Count: > 0 } } route
        )
            return;

        var segments = route
            .RoutePattern.PathSegments.Select(segment =>
                RoutePatternFactory.Segment(segment.Parts.Select(WithoutConstraint))
            )
            .ToList();
        // The text is what the API document shows.
        var text =
            "/" + string.Join('/', segments.Select(s => string.Concat(s.Parts.Select(Text))));
        route.RoutePattern = RoutePatternFactory.Pattern(text, segments);
    }

    private static RoutePatternPart WithoutConstraint(RoutePatternPart part) =>
        part is RoutePatternParameterPart parameter
            ? RoutePatternFactory.ParameterPart(parameter.Name)
            : part;

    private static string Text(RoutePatternPart part) =>
        part switch
        {
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            _ => throw new InvalidOperationException($"Unknown part of a route: {part}"),
        };
}
