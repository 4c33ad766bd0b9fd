using Microsoft.AspNetCore.Http;

namespace ConcertReservation.BuildingBlocks.Http;

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
    public const string Json = "application/json; charset=utf-8";

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
