using System.Text.Json;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace ConcertReservation.BuildingBlocks.Idempotency;

/// <summary>
/// An answer down to its bytes, as it is kept with its Idempotency-Key: the first caller and every
/// repeat get the same ones.
/// </summary>
/// <param name="Location">The header's value, where the answer has one.</param>
/// <param name="Replayed">
/// Whether it comes from the record; sent as <c>Idempotency-Replayed</c>.
/// </param>
public sealed record RecordedAnswer(
    int Status,
    string ContentType,
    string? Location,
    byte[] Body,
    bool Replayed = false
) : IResult, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => Status;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        if (Location is not null)
            response.Headers.Location = Location;
        if (Replayed)
            response.Headers[IdempotencyKey.ReplayedHeaderName] = "true";
        await response.Body.WriteAsync(Body, httpContext.RequestAborted);
    }
}

/// <summary>Makes answers into bytes, with the JSON settings of the API.</summary>
public sealed class AnswerWriter(IOptions<JsonOptions> json)
{
    public RecordedAnswer Json<T>(int status, T body, string? location = null) =>
        new(
            status,
            "application/json; charset=utf-8",
            location,
            JsonSerializer.SerializeToUtf8Bytes(body, json.Value.SerializerOptions)
        );

    /// <param name="instance">The path of the request that the problem answers.</param>
    public RecordedAnswer Problem(Problem problem, string instance) =>
        new(problem.Status, Http.Problem.MediaType, null, problem.ToBytes(instance));

    /// <summary>What tells one request from another under the same key: 32 bytes.</summary>
    public byte[] Fingerprint<T>(T request) =>
        IdempotencyKey.Fingerprint(
            JsonSerializer.SerializeToUtf8Bytes(request, json.Value.SerializerOptions)
        );
}
