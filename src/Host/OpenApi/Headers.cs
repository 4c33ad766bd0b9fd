using System.Text.Json.Nodes;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.OpenApi;

namespace ConcertReservation.Host.OpenApi;

/// <summary>The headers of an answer.</summary>
internal static class Headers
{
    public static void AddReplayed(OpenApiResponse response) =>
        Add(
            response,
            IdempotencyKey.ReplayedHeaderName,
            "true where the answer is that of an earlier request with the same key.",
            "true"
        );

    public static void AddRetryAfter(OpenApiResponse response, int seconds) =>
        Add(
            response,
            "Retry-After",
            "Try again after so many seconds.",
            seconds,
            JsonSchemaType.Integer
        );

    public static void Add(
        OpenApiResponse response,
        string name,
        string description,
        JsonNode example,
        JsonSchemaType type = JsonSchemaType.String
    )
    {
        response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
        response.Headers[name] = new OpenApiHeader
        {
            Description = description,
            Schema = new OpenApiSchema { Type = type },
            Example = example,
        };
    }
}
