using System.Text.Json.Nodes;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Host.Http;
using Microsoft.OpenApi;

namespace ConcertReservation.Host.OpenApi;

/// <summary>The problem document's schema, and one example of each problem type.</summary>
internal static class ProblemDocs
{
    public const string SchemaName = "Problem";
    public const string MediaType = "application/problem+json";

    private const string ExampleTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static readonly Dictionary<string, Problem> Examples = new Problem[]
    {
        Problems.Validation("email", "must be an address such as mina@example.com"),
        Problems.NotSignedIn(),
        Problems.Forbidden("Your roles do not allow this."),
        Problems.NotFound("reservation", 4711),
        Problems.SeatTaken([1042, 1043]),
        Problems.BookingNotOpen(new DateTimeOffset(2026, 11, 20, 11, 0, 0, TimeSpan.Zero)),
        Problems.TicketLimit(limit: 4, held: 3),
        Problems.ReservationExpired(4711),
        Problems.IllegalState("Reservation 4711 is CONFIRMED and cannot be paid for."),
        Problems.IdempotencyKeyMissing(),
        Problems.IdempotencyKeyInUse(),
        Problems.IdempotencyKeyReused(),
        Problems.PaymentDeclined("The card has insufficient funds."),
        Problems.InsufficientBalance(balanceWon: 10_000, amountWon: 132_000),
        Problems.TooManyRequests(retryAfterSeconds: 5),
        Problems.Overloaded("Too many requests wait already.", retryAfterSeconds: 2),
        Problems.TooLarge(HttpLimits.BodyBytes),
        Problems.UnsupportedMediaType(),
        Problems.InternalError(),
    }.ToDictionary(p => p.Type["/problems/".Length..], StringComparer.Ordinal);

    /// <exception cref="KeyNotFoundException">
    /// A refusal names a type that no problem has.
    /// </exception>
    public static JsonNode Example(string type, string instance)
    {
        var document = JsonNode.Parse(Examples[type].ToBytes(instance))!;
        document["traceId"] = ExampleTraceId;
        return document;
    }

    public static string Title(string type) => Examples[type].Title;

    public static OpenApiSchema Schema() =>
        new()
        {
            Type = JsonSchemaType.Object,
            Description = "RFC 9457 problem document.",
            Required = new HashSet<string>(StringComparer.Ordinal)
            {
                "type",
                "title",
                "status",
                "detail",
                "instance",
                "traceId",
            },
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["type"] = Text("Which problem: /problems/ and its name."),
                ["title"] = Text("The problem in few words, always the same."),
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
                ["detail"] = Text("What is wrong this time."),
                ["instance"] = Text("The path of the request."),
                ["traceId"] = Text("Finds the request in the log."),
                ["retryAfter"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Format = "int32",
                    Description = "Try again after so many seconds.",
                },
                ["seatIds"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
                    Description = "The seats that are taken.",
                },
                ["bookingStartTime"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Format = "date-time",
                    Description = "When booking starts.",
                },
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    AdditionalProperties = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Array,
                        Items = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                    Description = "What is wrong, by the field's path in the request.",
                },
            },
        };

    private static OpenApiSchema Text(string description) =>
        new() { Type = JsonSchemaType.String, Description = description };
}
