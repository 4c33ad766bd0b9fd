using System.Text.Json;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>Makes answers into bytes, with the JSON settings of the API.</summary>
internal sealed class AnswerWriter(IOptions<JsonOptions> json)
{
    public RecordedAnswer Json<T>(int status, T body, string? location = null) =>
        new(
            status,
            RecordedAnswer.Json,
            location,
            JsonSerializer.SerializeToUtf8Bytes(body, json.Value.SerializerOptions)
        );

    /// <param name="instance">The path of the request that the problem answers.</param>
    public RecordedAnswer Problem(Problem problem, string instance) =>
        new(problem.Status, BuildingBlocks.Http.Problem.MediaType, null, problem.ToBytes(instance));

    /// <summary>What tells one request from another under the same key: 32 bytes.</summary>
    public byte[] Fingerprint<T>(T request) =>
        IdempotencyKey.Fingerprint(
            JsonSerializer.SerializeToUtf8Bytes(request, json.Value.SerializerOptions)
        );
}
