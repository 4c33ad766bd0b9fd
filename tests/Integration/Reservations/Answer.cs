using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>An answer, read to its end.</summary>
internal sealed record Answer(
    HttpStatusCode Status,
    string Body,
    string? Location,
    bool IsReplay,
    TimeSpan? RetryAfter
)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>Such as seat-taken.</summary>
    public string Problem => Json["type"]!.GetValue<string>()["/problems/".Length..];

    public long ReservationId => Json["reservationId"]!.GetValue<long>();

    public IReadOnlyList<long> SeatIds =>
        Json["seatIds"]!.Deserialize<long[]>() ?? throw new InvalidOperationException(Body);

    public bool IsCreated => Status == HttpStatusCode.Created;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return new Answer(
                response.StatusCode,
                await response.Content.ReadAsStringAsync(),
                response.Headers.Location?.ToString(),
                response.Headers.Contains("Idempotency-Replayed"),
                response.Headers.RetryAfter?.Delta
            );
        }
    }

    public override string ToString() => $"{(int)Status} {Body}";

    public Answer ShouldBeCreated()
    {
        Status.ShouldBe(HttpStatusCode.Created, Body);
        return this;
    }

    public Answer ShouldBeRefused(int status, string problem)
    {
        ((int)Status).ShouldBe(status, Body);
        Problem.ShouldBe(problem);
        Json["status"]!.GetValue<int>().ShouldBe(status);
        return this;
    }
}
