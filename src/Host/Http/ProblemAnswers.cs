using System.Net.Mime;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace ConcertReservation.Host.Http;

/// <summary>
/// The outermost step: whatever goes wrong beneath it, framework or our own, leaves as a problem
/// document; an exception is logged with the trace that the document names, and never shown.
/// </summary>
internal sealed partial class ProblemAnswers(RequestDelegate next, ILogger<ProblemAnswers> log)
{
    private const int RetryAfterSeconds = 2;

    public async Task InvokeAsync(HttpContext http)
    {
        var response = http.Response;
        try
        {
            if ((NulCharacterProblem(http.Request) ?? CharsetProblem(http)) is { } invalid)
                await invalid.ExecuteAsync(http);
            else
                await next(http);
        }
        catch (Exception e) when (!response.HasStarted)
        {
            if (http.RequestAborted.IsCancellationRequested)
                return;

            response.Clear();
            await FromException(e, http).ExecuteAsync(http);
            return;
        }

        if (response is { StatusCode: >= 400, HasStarted: false, ContentType: null })
            await FromStatus(response.StatusCode).ExecuteAsync(http);
    }

    /// <summary>The caller has none of the roles that the endpoint requires.</summary>
    public static Problem LacksRole() => Problems.Forbidden("Your roles do not allow this.");

    private Problem FromException(Exception exception, HttpContext http)
    {
        if (exception is BadHttpRequestException bad)
            return BindingProblem.From(bad, http);

        if (DatabaseFaults.IsPassing(exception))
        {
            MetNoDatabase(http.Request.Method, http.Request.Path, exception.Message);
            return Problems.Overloaded(
                "The database does not answer just now; send the same again.",
                RetryAfterSeconds
            );
        }

        Failed(exception, http.Request.Method, http.Request.Path, Problem.TraceId(http));
        return Problems.InternalError();
    }

    /// <summary>
    /// PostgreSQL's text cannot hold the character; in bodies the JSON settings refuse it.
    /// </summary>
    private static Problem? NulCharacterProblem(HttpRequest request)
    {
        if (request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) != true)
            return null;

        var field = request
            .Query.Where(q => q.Value.Any(v => v?.Contains('\0', StringComparison.Ordinal) == true))
            .Select(q => q.Key)
            .FirstOrDefault("query");
        return Problems.Validation(field, "must not contain the character U+0000");
    }

    /// <summary>
    /// JSON is UTF-8 (RFC 8259). The framework would read other charsets too, and throws at a name
    /// that it does not know. Other types it reads nowhere.
    /// </summary>
    private static Problem? CharsetProblem(HttpContext http)
    {
        if (
            http.Request.ContentType is null or MediaTypeNames.Application.Json
            || http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true
            || !MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.Charset.HasValue
            || !http.Request.HasJsonContentType()
        )
            return null;

        var name = HeaderUtilities.RemoveQuotes(type.Charset);
        if (!name.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return Problems.UnsupportedMediaType();

        // In quotes it is as good, but not known to the framework.
        if (name.Length < type.Charset.Length)
        {
            type.Charset = name;
            http.Request.ContentType = type.ToString();
        }

        return null;
    }

    private static Problem FromStatus(int status) =>
        status switch
        {
            StatusCodes.Status401Unauthorized => Problems.NotSignedIn(),
            StatusCodes.Status403Forbidden => LacksRole(),
            StatusCodes.Status404NotFound => Problems.NotFound("There is nothing at this address."),
            StatusCodes.Status405MethodNotAllowed => Problems.MethodNotAllowed(),
            StatusCodes.Status408RequestTimeout => Problems.Timeout(),
            StatusCodes.Status413PayloadTooLarge => Problems.TooLarge(HttpLimits.BodyBytes),
            StatusCodes.Status415UnsupportedMediaType => Problems.UnsupportedMediaType(),
            StatusCodes.Status429TooManyRequests => Problems.TooManyRequests(RetryAfterSeconds),
            StatusCodes.Status503ServiceUnavailable => Problems.Overloaded(
                "The service is not available just now.",
                RetryAfterSeconds
            ),
            < 500 => Problems.BadRequest(status),
            _ => Problems.InternalError(),
        };

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed, trace {TraceId}.")]
    private partial void Failed(Exception exception, string method, string path, string traceId);

    [LoggerMessage(LogLevel.Debug, "{Method} {Path} met no database: {Reason}")]
    private partial void MetNoDatabase(string method, string path, string reason);
}
