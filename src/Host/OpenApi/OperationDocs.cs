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
/// What an endpoint's metadata tells of it: parameters, examples, headers, who may call it, the
/// Idempotency-Key, and what it refuses.
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
        DescribeParameters(operation, metadata, json);
        AddExamples(operation, metadata, json);
        AddSecurity(operation, metadata, context.Document!);
        AddIdempotencyKey(operation, metadata);
        AddHeaders(operation, metadata);
        RefusalDocs.AddTo(operation, context);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Swagger UI fills the fields of a form in with <c>example</c>: right for the id of a path,
    /// and wrong for a filter that nobody asked for, whose examples are therefore the schema's,
    /// which it does not show, and in the description.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such parameter.</exception>
    private static void DescribeParameters(
        OpenApiOperation operation,
        IList<object> metadata,
        JsonSerializerOptions json
    )
    {
        foreach (var doc in metadata.OfType<ParameterDoc>())
        {
            if (
                operation.Parameters?.FirstOrDefault(p => p.Name == doc.Name)
                is not OpenApiParameter { Schema: OpenApiSchema schema } parameter
            )
            {
                throw new InvalidOperationException(
                    $"{operation.OperationId} has no parameter {doc.Name}."
                );
            }

            parameter.Description = doc.Description;
            var example = ToNode(doc.Example, json)!;
            if (doc.Values.Count > 0)
                schema.Enum = [.. doc.Values.Select(v => (JsonNode)v)];
            else if (!parameter.Required && doc.Example is not int)
                parameter.Description += $" Such as `{example}`.";
            if (parameter.Required)
                parameter.Example = example;
            else
                schema.Examples = [example];
        }

        foreach (var doc in metadata.OfType<RequestHeaderDoc>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(
                new OpenApiParameter
                {
                    Name = doc.Name,
                    In = ParameterLocation.Header,
                    Description = doc.Description,
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Examples = [doc.Example],
                    },
                }
            );
        }
    }

    private static void AddExamples(
        OpenApiOperation operation,
        IList<object> metadata,
        JsonSerializerOptions json
    )
    {
        if (metadata.OfType<RequestBodyDoc>().LastOrDefault() is { } body)
        {
            var content = new OpenApiMediaType
            {
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = body.Example,
            };
            operation.RequestBody = new OpenApiRequestBody
            {
                Description = body.Description,
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [body.MediaType] = content,
                },
            };
        }

        if (metadata.OfType<RequestExample>().LastOrDefault() is { } request)
        {
            foreach (var content in operation.RequestBody?.Content?.Values ?? [])
                content.Example = ToNode(request.Example, json);
        }

        foreach (var response in metadata.OfType<ResponseExample>())
        {
            foreach (var content in Response(operation, response.Status).Content?.Values ?? [])
                content.Example = ToNode(response.Example, json);
        }

        foreach (var csv in metadata.OfType<CsvExample>())
        {
            var response = Response(operation, StatusCodes.Status200OK);
            response.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
            response.Content["text/csv"] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = csv.Example,
            };
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
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (status[0] == '2')
                Headers.AddReplayed((OpenApiResponse)response);
        }
    }

    private static void AddHeaders(OpenApiOperation operation, IList<object> metadata)
    {
        foreach (var doc in metadata.OfType<ResponseHeaderDoc>())
        {
            var response = Response(operation, doc.Status);
            Headers.Add(response, doc.Name, doc.Description, doc.Example);
        }
    }

    /// <exception cref="InvalidOperationException">It does not answer so.</exception>
    private static OpenApiResponse Response(OpenApiOperation operation, int status) =>
        operation.Responses?.GetValueOrDefault(status.ToString(CultureInfo.InvariantCulture))
            as OpenApiResponse
        ?? throw new InvalidOperationException(
            $"{operation.OperationId} does not answer {status}."
        );
}
