using System.Text.Json.Nodes;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.OpenApi;

namespace ConcertReservation.Host.OpenApi;

/// <summary>The problem document's schema, and a problem as an example.</summary>
internal static class ProblemDocs
{
    public const string SchemaName = "Problem";

    private const string ExampleTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    /// <summary>The part of the type that says which: <c>seat-taken</c>.</summary>
    public static string ShortType(Problem problem) =>
        problem.Type[(problem.Type.LastIndexOf('/') + 1)..];

    public static JsonNode Example(Problem problem, string instance)
    {
        var document = JsonNode.Parse(problem.ToBytes(instance))!;
        document["traceId"] = ExampleTraceId;
        return document;
    }

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
                ["status"] = Count("The status of the answer."),
                ["detail"] = Text("What is wrong this time."),
                ["instance"] = Text("The path of the request."),
                ["traceId"] = Text("Finds the request in the log."),
                ["retryAfter"] = Count("Try again after so many seconds."),
                ["seatIds"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
                    Description = "The seats that it is about.",
                },
                ["obstacles"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                        {
                            ["about"] = Text("What stands in the way."),
                            ["reason"] = Text("Why it does."),
                        },
                    },
                    Description = "What has to end before the account can be deleted.",
                },
                ["ticketsPerCustomer"] = Count("How many tickets a customer may have."),
                ["held"] = Count("How many of them this customer has."),
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

    private static OpenApiSchema Count(string description) =>
        new()
        {
            Type = JsonSchemaType.Integer,
            Format = "int32",
            Description = description,
        };

    private static OpenApiSchema Text(string description) =>
        new() { Type = JsonSchemaType.String, Description = description };
}
