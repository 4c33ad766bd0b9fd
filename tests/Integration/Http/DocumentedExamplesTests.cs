using System.Text.Json;
using System.Text.RegularExpressions;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>What the document shows can be sent, and can be answered, as it stands there.</summary>
internal sealed partial class DocumentedExamplesTests
{
    private JsonElement _document;

    [OneTimeSetUp]
    public async Task ReadAsync() => _document = await ApiDocument.ReadAsync();

    [Test]
    public void every_example_fits_its_schema()
    {
        var schemas = new ApiSchema(_document);
        var examples = Examples().ToList();

        examples.ShouldNotBeEmpty();
        examples
            .SelectMany(e => schemas.Misfits(e.Schema, e.Example).Select(m => $"{e.Where}: {m}"))
            .ShouldBeEmpty();
    }

    [TestCase("""{"concertId": 1, "seatIds": [1, "two"]}""", "$.seatIds[1] is no integer: two")]
    [TestCase("""{"concertId": 1}""", "$.seatIds is missing")]
    [TestCase("""{"concertId": null, "seatIds": []}""", "$.concertId is no integer: ")]
    [TestCase("""{"concertId": 1, "seatIds": [], "x": 1}""", "$.x is not in the schema")]
    public void an_example_that_does_not_fit_is_found(string example, string misfit)
    {
        var schema = RequestSchema(Operation("POST /api/reservations"))!.Value;
        using var value = JsonDocument.Parse(example);

        new ApiSchema(_document).Misfits(schema, value.RootElement).ShouldContain(misfit);
    }

    /// <summary>Types of one short name were once shown with the schema of the first.</summary>
    [Test]
    public void no_two_operations_share_the_schema_of_a_request() =>
        _document
            .Operations()
            // But for two decisions about the same choice.
            .Where(o => o.Name != "POST /api/ops/dead-letters/discard")
            .Select(o => RequestSchema(o.Operation)?.GetRawText())
            .OfType<string>()
            .ShouldBeUnique();

    [Test]
    public void schemas_are_named_for_what_they_are()
    {
        var schemas = _document.GetProperty("components").GetProperty("schemas");

        // A name with a number stands for two types that have one name.
        foreach (var name in schemas.EnumerateObject().Select(s => s.Name))
            name.ShouldNotMatch("^(Request|Response|Page|Entry|Section)$|[0-9]$");
    }

    [Test]
    public void an_example_of_a_validation_problem_names_fields_of_its_operation()
    {
        foreach (var (where, operation, problem) in Problems())
        {
            if (!problem.TryGetProperty("errors", out var errors))
                continue;

            var wholes = problem.GetProperty("status").GetInt32() switch
            {
                413 => ["body"],
                415 => ["Content-Type"],
                _ => Array.Empty<string>(),
            };
            foreach (var field in errors.EnumerateObject().Where(f => !wholes.Contains(f.Name)))
                Fields(operation).ShouldContain(FirstStep().Match(field.Name).Value, where);
        }
    }

    [Test]
    public void an_example_of_what_is_not_found_names_a_thing_that_the_request_names()
    {
        foreach (var (where, operation, problem) in Problems())
        {
            if (problem.GetProperty("status").GetInt32() != 404)
                continue;

            var detail = problem.GetProperty("detail").GetString()!;
            var path = where.Split(' ')[1];
            var things = ThingOfPath()
                .Matches(path)
                .Select(m => m.Groups["thing"].Value)
                .Concat(
                    Fields(operation).Where(f => f.Contains("Id")).Select(f => f.Split("Id")[0])
                );
            // What a body that is no JSON is about, only the path says.
            if (operation.TakesOtherThanJson())
                things = [path.Split('/')[^2].TrimEnd('s')];
            things
                .Any(t => detail.Contains(t, StringComparison.OrdinalIgnoreCase))
                .ShouldBeTrue($"{where}: {detail}");
        }
    }

    [Test]
    public void the_instance_of_a_problem_is_an_address()
    {
        foreach (var (where, _, problem) in Problems())
            problem
                .GetProperty("instance")
                .GetString()!
                .ShouldNotContain("{", customMessage: where);
    }

    [Test]
    public void every_parameter_has_a_description_and_an_example()
    {
        foreach (var (name, _, _, operation) in _document.Operations())
        {
            foreach (var parameter in operation.Parameters())
            {
                var where = $"{name}: {parameter.GetProperty("name")}";
                parameter.TryGetProperty("description", out _).ShouldBeTrue(where);
                var schema = parameter.GetProperty("schema");
                var examples = schema.TryGetProperty("examples", out var several)
                    ? several.EnumerateArray().ToList()
                    : [parameter.GetProperty("example")];
                examples
                    .SelectMany(e => new ApiSchema(_document).Misfits(schema, e))
                    .ShouldBeEmpty(where);
            }
        }
    }

    [Test]
    public void what_a_client_should_read_from_headers_is_documented()
    {
        Header("POST /api/reservations", "201", "Location").ShouldBe("/api/reservations/1");
        Header("POST /api/reservations", "201", "Idempotency-Replayed").ShouldBe("true");
        Header("POST /api/payments/{id}/confirm", "402", "Idempotency-Replayed").ShouldBe("true");
        Header("GET /api/concerts/{id}/seats", "200", "ETag").ShouldStartWith("\"");
        Header("POST /api/accounts/login", "429", "Retry-After").ShouldBe("5");
        foreach (var (where, operation, problem) in Problems())
        {
            if (problem.TryGetProperty("retryAfter", out _))
                Header(where, $"{problem.GetProperty("status")}", "Retry-After").ShouldNotBeEmpty();
        }
    }

    private JsonElement Operation(string name) =>
        _document.Operations().Single(o => o.Name == name).Operation;

    private string Header(string operation, string status, string name) =>
        Operation(operation)
            .GetProperty("responses")
            .GetProperty(status)
            .GetProperty("headers")
            .GetProperty(name)
            .GetProperty("example")
            .ToString();

    private static JsonElement? RequestSchema(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body)
        && body.GetProperty("content").TryGetProperty("application/json", out var content)
            ? content.GetProperty("schema")
            : null;

    private IEnumerable<(string Where, JsonElement Operation, JsonElement Problem)> Problems() =>
        from operation in _document.Operations()
        from response in operation.Operation.GetProperty("responses").EnumerateObject()
        where response.Value.TryGetProperty("content", out _)
        from content in response.Value.GetProperty("content").EnumerateObject()
        where content.Name == "application/problem+json"
        from example in content.Value.GetProperty("examples").EnumerateObject()
        select (operation.Name, operation.Operation, example.Value.GetProperty("value"));

    private IEnumerable<(string Where, JsonElement Schema, JsonElement Example)> Examples()
    {
        foreach (var (name, _, _, operation) in _document.Operations())
        {
            if (operation.RequestExample() is { } request)
                yield return ($"{name} request", RequestSchema(operation)!.Value, request);

            var contents =
                from response in operation.GetProperty("responses").EnumerateObject()
                where response.Value.TryGetProperty("content", out _)
                from content in response.Value.GetProperty("content").EnumerateObject()
                select ($"{name} {response.Name}", content.Value);
            foreach (var (where, content) in contents)
            {
                var schema = content.GetProperty("schema");
                if (content.TryGetProperty("example", out var example))
                    yield return (where, schema, example);
                if (!content.TryGetProperty("examples", out var several))
                    continue;

                foreach (var one in several.EnumerateObject())
                    yield return ($"{where} {one.Name}", schema, one.Value.GetProperty("value"));
            }
        }
    }

    /// <summary>
    /// The names of an operation's parameters and of its body's fields; a body that is no JSON has
    /// none, and is named as a whole.
    /// </summary>
    private static IReadOnlyList<string> Fields(JsonElement operation) =>
        [
            .. operation.Parameters().Select(p => p.GetProperty("name").GetString()!),
            .. operation.RequestExample() is { } body ? body.EnumerateObject().Select(p => p.Name)
            : operation.TakesOtherThanJson() ? ["body"]
            : [],
        ];

    [GeneratedRegex("^[^.\\[]+", RegexOptions.NonBacktracking)]
    private static partial Regex FirstStep();

    [GeneratedRegex("(?<thing>[a-z]+?)s?/\\{", RegexOptions.NonBacktracking)]
    private static partial Regex ThingOfPath();
}
