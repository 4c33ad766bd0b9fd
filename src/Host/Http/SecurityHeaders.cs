namespace ConcertReservation.Host.Http;

/// <summary>Headers that keep a browser from doing more with an answer than reading it.</summary>
internal static class SecurityHeaders
{
    private const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Swagger UI is scripts and images of this host, with styles in the page.</summary>
    private const string SwaggerPolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "frame-ancestors 'none'";

    /// <summary>
    /// Added when the answer starts: whoever begins it anew, as for an exception, clears it first.
    /// </summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app) =>
        app.Use(
            (http, next) =>
            {
                http.Response.OnStarting(Add, http);
                return next(http);
            }
        );

    private static Task Add(object context)
    {
        var http = (HttpContext)context;
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments(
            "/swagger",
            StringComparison.OrdinalIgnoreCase
        )
            ? SwaggerPolicy
            : ApiPolicy;
        return Task.CompletedTask;
    }
}
