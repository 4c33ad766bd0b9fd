using System.Buffers;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Http;

namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>
/// An RFC 9457 problem document: type, title, status, detail, instance, traceId, plus what helps
/// the caller.
/// </summary>
/// <param name="type">The last part of <c>/problems/{type}</c>.</param>
public sealed class Problem(string type, string title, int status, string detail)
    : IResult,
        IStatusCodeHttpResult
{
    public const string MediaType = "application/problem+json";

    public string Type { get; } = "/problems/" + type;
    public string Title { get; } = title;
    public int Status { get; } = status;
    public string Detail { get; } = detail;

    /// <summary>In seconds; sent as Retry-After and as <c>retryAfter</c>.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>What is wrong, by the field's path in the request.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>The seats that the problem is about.</summary>
    public IReadOnlyList<long>? SeatIds { get; init; }

    /// <summary>What has to end before the account can be deleted.</summary>
    public IReadOnlyList<Obstacle>? Obstacles { get; init; }

    /// <summary>When booking starts, where it has not.</summary>
    public DateTimeOffset? BookingStartTime { get; init; }

    /// <summary>How many tickets of a concert a customer may have.</summary>
    public int? TicketsPerCustomer { get; init; }

    /// <summary>How many of them this customer has.</summary>
    public int? TicketsHeld { get; init; }

    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What finds this request again in the log.</summary>
    public static string TraceId(HttpContext httpContext) =>
        Activity.Current?.TraceId.ToHexString() ?? httpContext.TraceIdentifier;

    int? IStatusCodeHttpResult.StatusCode => Status;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = MediaType;
        if (RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(
                System.Globalization.CultureInfo.InvariantCulture
            );

        await using (var json = new Utf8JsonWriter(response.BodyWriter, Readable))
            Write(json, httpContext.Request.Path.ToUriComponent(), httpContext.TraceIdentifier);
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }

    /// <summary>The document's bytes, for an answer that is kept and sent again.</summary>
    public byte[] ToBytes(string instance)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Readable))
            Write(json, instance, requestId: null);
        return bytes.WrittenSpan.ToArray();
    }

    private void Write(Utf8JsonWriter json, string? instance, string? requestId)
    {
        json.WriteStartObject();
        json.WriteString("type", Type);
        json.WriteString("title", Title);
        json.WriteNumber("status", Status);
        json.WriteString("detail", Detail);
        json.WriteString("instance", instance);
        json.WriteString("traceId", Activity.Current?.TraceId.ToHexString() ?? requestId);
        if (RetryAfterSeconds is { } seconds)
            json.WriteNumber("retryAfter", seconds);
        if (BookingStartTime is { } time)
        {
            json.WriteString(
                "bookingStartTime",
                time.UtcDateTime.ToString(
                    UtcTimeJsonConverter.Format,
                    System.Globalization.CultureInfo.InvariantCulture
                )
            );
        }

        if (TicketsPerCustomer is { } limit)
            json.WriteNumber("ticketsPerCustomer", limit);
        if (TicketsHeld is { } held)
            json.WriteNumber("held", held);
        if (SeatIds is { } seats)
        {
            json.WriteStartArray("seatIds");
            foreach (var seat in seats)
                json.WriteNumberValue(seat);
            json.WriteEndArray();
        }

        if (Obstacles is { } obstacles)
        {
            json.WriteStartArray("obstacles");
            foreach (var obstacle in obstacles)
            {
                json.WriteStartObject();
                json.WriteString("about", obstacle.About);
                json.WriteString("reason", obstacle.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (Errors is { } errors)
        {
            json.WriteStartObject("errors");
            foreach (var (field, messages) in errors)
            {
                json.WriteStartArray(field);
                foreach (var message in messages)
                    json.WriteStringValue(message);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
