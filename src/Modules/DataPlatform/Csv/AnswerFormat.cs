using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ConcertReservation.DataPlatform;

/// <summary>JSON or CSV, as the Accept header of a request has it (RFC 9110).</summary>
internal sealed record AnswerFormat(bool IsCsv, Problem? Problem)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Csv = new("text/csv");

    /// <summary>JSON where both are as welcome.</summary>
    public static ValueTask<AnswerFormat> BindAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.Vary = HeaderNames.Accept;
        return ValueTask.FromResult(Of([.. httpContext.Request.Headers.Accept.OfType<string>()]));
    }

    public static AnswerFormat Of(IList<string> accept)
    {
        if (accept.All(string.IsNullOrWhiteSpace))
            return new AnswerFormat(IsCsv: false, Problem: null);
        if (!MediaTypeHeaderValue.TryParseList(accept, out var ranges))
            return new AnswerFormat(IsCsv: false, Problems.NotAcceptable());

        var (json, csv) = (Quality(ranges, Json), Quality(ranges, Csv));
        return json == 0 && csv == 0
            ? new AnswerFormat(IsCsv: false, Problems.NotAcceptable())
            : new AnswerFormat(csv > json, Problem: null);
    }

    /// <summary>Of the range that names it most closely.</summary>
    private static double Quality(IList<MediaTypeHeaderValue> ranges, MediaTypeHeaderValue type) =>
        ranges
            .Where(r => IsUtf8(r) && type.IsSubsetOf(new MediaTypeHeaderValue(r.MediaType)))
            .OrderBy(r =>
                r.MatchesAllTypes ? 2
                : r.MatchesAllSubTypes ? 1
                : 0
            )
            .Select(r => r.Quality ?? 1)
            .FirstOrDefault();

    private static bool IsUtf8(MediaTypeHeaderValue range) =>
        !range.Charset.HasValue
        || range.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        || range.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase);
}
