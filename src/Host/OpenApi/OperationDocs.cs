using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using HttpJsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace ConcertReservation.Host.OpenApi;

/// <summary>
/// What an endpoint's metadata tells of it: examples, who may call it, the Idempotency-Key, and
/// every problem that it answers, those of its own and those that the host gives to all.
/// </summary>
internal static class OperationDocs
{
    private const string ExampleKey = "7f1c3a52-8a0e-4d0b-9c57-2f6f1f2b9d10";

    public static Task DescribeAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken stop
    )
    {
        var json = context
            .ApplicationServices.GetRequiredService<IOptions<HttpJsonOptions>>()
            .Value.SerializerOptions;
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        AddExamples(operation, metadata, json);
        AddSecurity(operation, metadata, context.Document!);
        AddIdempotencyKey(operation, metadata);
        AddProblems(operation, metadata, context);
        return Task.CompletedTask;
    }

    private static void AddExamples(
        OpenApiOperation operation,
        IList<object> metadata,
        JsonSerializerOptions json
    )
    {
        if (metadata.OfType<RequestExample>().LastOrDefault() is { } request)
        {
            foreach (var content in operation.RequestBody?.Content?.Values ?? [])
                content.Example = ToNode(request.Example, json);
        }

        foreach (var response in metadata.OfType<ResponseExample>())
        {
            var status = response.Status.ToString(CultureInfo.InvariantCulture);
            if (operation.Responses?.TryGetValue(status, out var answer) != true)
                continue;

            foreach (var content in answer!.Content?.Values ?? [])
                content.Example = ToNode(response.Example, json);
        }
    }

    private static JsonNode? ToNode(object example, JsonSerializerOptions json) =>
        JsonSerializer.SerializeToNode(example, example.GetType(), json);

    private static void AddSecurity(
        OpenApiOperation operation,
        IList<object> metadata,
        OpenApiDocument document
    )
    {
        var isOptional = metadata.OfType<OptionalTokenMetadata>().Any();
        if (!isOptional && !metadata.OfType<IAuthorizeData>().Any())
            return;

        var bearer = new OpenApiSecuritySchemeReference(DocumentDocs.BearerScheme, document);
        operation.Security = [new OpenApiSecurityRequirement { [bearer] = [] }];
        if (isOptional)
            operation.Security.Add([]);
    }

    private static void AddIdempotencyKey(OpenApiOperation operation, IList<object> metadata)
    {
        if (!metadata.OfType<IdempotencyKeyMetadata>().Any())
            return;

        operation.Parameters ??= [];
        operation.Parameters.Add(
            new OpenApiParameter
            {
                Name = IdempotencyKey.HeaderName,
                In = ParameterLocation.Header,
                Required = true,
                Description =
                    "New for each order; the same key and body again "
                    + $"give the same answer, for {IdempotencyKey.KeptHours} hours.",
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    MinLength = 1,
                    MaxLength = IdempotencyKey.MaxLength,
                },
                Example = ExampleKey,
            }
        );
    }

    private static void AddProblems(
        OpenApiOperation operation,
        IList<object> metadata,
        OpenApiOperationTransformerContext context
    )
    {
        var instance = "/" + context.Description.RelativePath?.TrimStart('/');
        operation.Responses ??= [];
        var byStatus = metadata
            .OfType<Refusal>()
            .Concat(
                CommonRefusals(
                    operation,
                    metadata,
                    isOfApi: instance.StartsWith("/api/", StringComparison.Ordinal)
                )
            )
            .GroupBy(r => r.Status, r => r.ProblemTypes);
        foreach (var refusals in byStatus)
        {
            var types = refusals.SelectMany(t => t).Distinct(StringComparer.Ordinal).ToList();
            operation.Responses[refusals.Key.ToString(CultureInfo.InvariantCulture)] =
                new OpenApiResponse
                {
                    Description = string.Join(
                        "; ",
                        types.Select(t => $"{t}: {ProblemDocs.Title(t)}")
                    ),
                    Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                    {
                        [ProblemDocs.MediaType] = new()
                        {
                            Schema = new OpenApiSchemaReference(
                                ProblemDocs.SchemaName,
                                context.Document
                            ),
                            Examples = types.ToDictionary(
                                t => t,
                                IOpenApiExample (t) =>
                                    new OpenApiExample
                                    {
                                        Summary = ProblemDocs.Title(t),
                                        Value = ProblemDocs.Example(t, instance),
                                    },
                                StringComparer.Ordinal
                            ),
                        },
                    },
                };
        }
    }

    /// <summary>What the host answers in front of any endpoint of this shape.</summary>
    /// <param name="isOfApi">False: it answers before the database is ready.</param>
    private static IEnumerable<Refusal> CommonRefusals(
        OpenApiOperation operation,
        IList<object> metadata,
        bool isOfApi
    )
    {
        if (operation.RequestBody is not null || operation.Parameters?.Count > 0)
            yield return new Refusal(400, ["validation"]);
        if (operation.RequestBody is not null)
        {
            yield return new Refusal(413, ["too-large"]);
            yield return new Refusal(415, ["unsupported-media-type"]);
        }

        var authorize = metadata.OfType<IAuthorizeData>().ToList();
        if (authorize.Count > 0)
            yield return new Refusal(401, ["not-signed-in"]);
        if (authorize.Any(a => a.Policy is not null || a.Roles is not null))
            yield return new Refusal(403, ["forbidden"]);
        yield return new Refusal(500, ["internal-error"]);
        if (isOfApi)
            yield return new Refusal(503, ["overloaded"]);
    }
}
