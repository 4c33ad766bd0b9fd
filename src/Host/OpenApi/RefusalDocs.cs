using System.Globalization;
using System.Text.Json.Nodes;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Host.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ConcertReservation.Host.OpenApi;

/// <summary>
/// Every problem that an operation answers: those that its endpoint names, and those that the host
/// gives to all.
/// </summary>
internal static class RefusalDocs
{
    private const int NoMoney = StatusCodes.Status402PaymentRequired;

    public static void AddTo(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var path = "/" + context.Description.RelativePath?.TrimStart('/');
        var own = metadata.OfType<Refusal>().Select(r => r.Example).ToList();
        var isOfApi = path.StartsWith("/api/", StringComparison.Ordinal);
        // An endpoint that says it in its own words is shown with these.
        var common = CommonRefusals(operation, metadata, isOfApi)
            .Where(c => own.TrueForAll(o => o.Type != c.Type));
        var replays = metadata.OfType<IdempotencyKeyMetadata>().Any();
        var instance = Instance(path, metadata);
        operation.Responses ??= [];
        foreach (var problems in own.Concat(common).GroupBy(p => p.Status))
        {
            var response = Response([.. problems], instance, context.Document!);
            if (replays && problems.Key == NoMoney)
                Headers.AddReplayed(response);
            operation.Responses[problems.Key.ToString(CultureInfo.InvariantCulture)] = response;
        }

        var byStatus = operation.Responses.OrderBy(r => r.Key, StringComparer.Ordinal).ToList();
        operation.Responses = [];
        foreach (var (status, response) in byStatus)
            operation.Responses[status] = response;
    }

    private static OpenApiResponse Response(
        IReadOnlyList<Problem> problems,
        string instance,
        OpenApiDocument document
    )
    {
        var examples = new Dictionary<string, IOpenApiExample>(StringComparer.Ordinal);
        foreach (var ofType in problems.GroupBy(ProblemDocs.ShortType))
        {
            var isAlone = ofType.Count() == 1;
            foreach (var (i, problem) in ofType.Index())
            {
                examples[i == 0 ? ofType.Key : $"{ofType.Key}-{i + 1}"] = new OpenApiExample
                {
                    Summary = isAlone ? problem.Title : $"{problem.Title}: {problem.Detail}",
                    Value = ProblemDocs.Example(problem, instance),
                };
            }
        }

        var response = new OpenApiResponse
        {
            Description = string.Join(
                "; ",
                problems
                    .DistinctBy(p => p.Type)
                    .Select(p => $"{ProblemDocs.ShortType(p)}: {p.Title}")
            ),
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [Problem.MediaType] = new()
                {
                    Schema = new OpenApiSchemaReference(ProblemDocs.SchemaName, document),
                    Examples = examples,
                },
            },
        };
        if (problems.FirstOrDefault(p => p.RetryAfterSeconds is not null) is { } later)
            Headers.AddRetryAfter(response, later.RetryAfterSeconds!.Value);
        return response;
    }

    /// <summary>The path, with the examples of its parameters in their place.</summary>
    private static string Instance(string path, IList<object> metadata) =>
        metadata
            .OfType<ParameterDoc>()
            .Aggregate(
                path,
                (text, parameter) =>
                    text.Replace(
                        $"{{{parameter.Name}}}",
                        Convert.ToString(parameter.Example, CultureInfo.InvariantCulture),
                        StringComparison.Ordinal
                    )
            );

    /// <summary>What the host answers in front of any endpoint of this shape.</summary>
    /// <param name="isOfApi">False: it answers before the database is ready.</param>
    private static IEnumerable<Problem> CommonRefusals(
        OpenApiOperation operation,
        IList<object> metadata,
        bool isOfApi
    )
    {
        if (operation.RequestBody is not null || operation.Parameters?.Any(IsRead) == true)
            yield return Invalid(operation);
        if (operation.RequestBody is not null)
        {
            yield return Problems.TooLarge(HttpLimits.BodyBytes);
            yield return Problems.UnsupportedMediaType();
        }

        var authorize = metadata.OfType<IAuthorizeData>().ToList();
        if (authorize.Count > 0)
            yield return Problems.NotSignedIn();
        if (authorize.Any(a => a.Policy is not null || a.Roles is not null))
            yield return ProblemAnswers.LacksRole();
        yield return Problems.InternalError();
        if (isOfApi)
            yield return HttpServices.NotReady();
    }

    /// <summary>Not taken as it comes, as plain text is: it may be no number or no time.</summary>
    private static bool IsRead(IOpenApiParameter parameter) =>
        parameter.Schema is { } schema
        && (schema.Format is not null || schema.Type?.HasFlag(JsonSchemaType.String) == false);

    /// <summary>Names the body's first field, or the first number of the address.</summary>
    private static Problem Invalid(OpenApiOperation operation)
    {
        var body = operation.RequestBody?.Content?.Values.FirstOrDefault()?.Example;
        if (body is JsonObject { Count: > 0 } example)
            return Problems.Validation(example.First().Key, "is required");

        var number = operation.Parameters?.FirstOrDefault(p =>
            p.Schema?.Type?.HasFlag(JsonSchemaType.Integer) == true
        );
        return Problems.Validation(number?.Name ?? "body", "must be a whole number");
    }
}
