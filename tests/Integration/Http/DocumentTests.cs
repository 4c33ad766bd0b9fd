using System.Text.Json;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Http;

internal sealed class DocumentTests
{
    /// <summary>Told by readiness itself, which is no problem document.</summary>
    private const string Unready = "503";

    private JsonElement _document;

    [OneTimeSetUp]
    public async Task ReadAsync() => _document = await ApiDocument.ReadAsync();

    [Test]
    public void it_is_openapi_3_1_and_tells_a_stranger_how_to_book()
    {
        _document.GetProperty("openapi").GetString().ShouldStartWith("3.1.");
        var introduction = _document.GetProperty("info").GetProperty("description").GetString()!;
        introduction.ShouldContain("Authorize");
        introduction.ShouldContain("Idempotency-Key");
    }

    [Test]
    public void it_has_every_endpoint_and_no_other()
    {
        var documented = _document.Operations().Select(o => o.Name);

        documented.ShouldBe(Endpoint.All.Select(e => e.ToString()), ignoreOrder: true);
    }

    [Test]
    public void what_operations_take_is_what_tests_of_bad_input_know()
    {
        var calls = _document
            .Operations()
            .Select(o => Call.Of(_document, o.Name, new Api(SharedSystem.System.HostA)))
            .ToList();

        Names(c => c.Example is not null).ShouldBe(Endpoint.WithBody, ignoreOrder: true);
        Names(c => c.Parts.Any()).ShouldBe(Endpoint.WithParts, ignoreOrder: true);
        Names(c => c.Operation.Parameters().Any(p => p.GetProperty("in").GetString() != "header"))
            .ShouldBe(Endpoint.WithParameters, ignoreOrder: true);

        IEnumerable<string> Names(Func<Call, bool> takes) =>
            calls.Where(takes).Select(c => $"{c.Method} {c.Template}");
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.All))]
    public void an_operation_tells_all_there_is_to_know(object row)
    {
        var endpoint = (Endpoint)row;
        var operation = Operation(endpoint);

        operation.GetProperty("summary").GetString().ShouldNotBeNullOrWhiteSpace();
        operation.GetProperty("operationId").GetString().ShouldNotBeNullOrWhiteSpace();
        operation.GetProperty("tags").GetArrayLength().ShouldBe(1);
        // Who signs out may show the token of the session, or only its refresh token.
        var takesToken = endpoint.Who != Who.Anyone || endpoint.Path == "/api/accounts/logout";
        operation.TryGetProperty("security", out _).ShouldBe(takesToken);
        if (operation.TryGetProperty("requestBody", out var body))
        {
            foreach (var content in body.GetProperty("content").EnumerateObject())
                content.Value.TryGetProperty("example", out _).ShouldBeTrue(content.Name);
        }

        ShouldShowSuccess(operation);
        ShouldShowProblems(operation, endpoint);
    }

    [Test]
    public void the_schema_of_problems_has_all_that_they_tell()
    {
        var known = _document
            .GetProperty("components")
            .GetProperty("schemas")
            .GetProperty("Problem")
            .GetProperty("properties")
            .EnumerateObject()
            .Select(p => p.Name)
            .ToList();
        var told = (
            from operation in _document.Operations()
            from response in operation.Operation.GetProperty("responses").EnumerateObject()
            from example in ProblemsIn(response.Value)
            from member in example.EnumerateObject()
            select member.Name
        ).Distinct();

        told.ShouldBe(known, ignoreOrder: true);
    }

    [Test]
    public void writes_that_cost_something_take_an_idempotency_key_with_an_example()
    {
        var taking = _document
            .Operations()
            .Where(o => IdempotencyKeyOf(o.Operation) is not null)
            .Select(o => o.Name);

        taking.ShouldBe(Endpoint.WithIdempotencyKey, ignoreOrder: true);
        foreach (var (_, _, _, operation) in _document.Operations())
        {
            if (IdempotencyKeyOf(operation) is { } key)
                key.GetProperty("example").GetString().ShouldNotBeNullOrEmpty();
        }
    }

    [Test]
    public async Task swagger_ui_shows_it_and_the_root_leads_there()
    {
        var anybody = new Api(SharedSystem.System.HostA);

        (await anybody.Get("/")).Headers["Location"].ShouldBe("/swagger");
        (await anybody.Get("/swagger/index.html")).ShouldBe(OK).Body.ShouldContain("swagger-ui");
    }

    private JsonElement Operation(Endpoint endpoint)
    {
        var found = _document.Operations().Where(o => o.Name == endpoint.ToString()).ToList();
        found.Count.ShouldBe(1, $"{endpoint} is not in the document.");
        return found[0].Operation;
    }

    private static void ShouldShowSuccess(JsonElement operation)
    {
        var success = operation
            .GetProperty("responses")
            .EnumerateObject()
            .Where(r => r.Name[0] == '2')
            .ToList();
        success.ShouldNotBeEmpty();
        foreach (var response in success.Where(r => r.Name != "204"))
        {
            var content = response.Value.GetProperty("content").EnumerateObject().First().Value;
            content.TryGetProperty("schema", out _).ShouldBeTrue($"{response.Name}: no schema");
            content.TryGetProperty("example", out _).ShouldBeTrue($"{response.Name}: no example");
        }
    }

    private static void ShouldShowProblems(JsonElement operation, Endpoint endpoint)
    {
        var responses = operation.GetProperty("responses");
        var isOfApi = endpoint.Path.StartsWith("/api/", StringComparison.Ordinal);
        var expected = new List<string> { "500" };
        if (isOfApi)
            expected.Add("503");
        if (endpoint.Who != Who.Anyone)
            expected.Add("401");
        if (endpoint.Who is not (Who.Anyone or Who.SignedIn))
            expected.Add("403");
        if (operation.TryGetProperty("requestBody", out _))
            expected.AddRange(["400", "413", "415"]);
        foreach (var status in expected)
            responses.TryGetProperty(status, out _).ShouldBeTrue($"{status} is not documented");

        foreach (var response in responses.EnumerateObject().Where(r => r.Name[0] is '4' or '5'))
        {
            if (!isOfApi && response.Name == Unready)
                continue;

            var content = response.Value.GetProperty("content");
            var examples = content.GetProperty("application/problem+json").GetProperty("examples");
            foreach (var example in examples.EnumerateObject())
            {
                var problem = example.Value.GetProperty("value");
                var type = problem.GetProperty("type").GetString()!["/problems/".Length..];
                // A second example of a type is numbered.
                example.Name.ShouldMatch($"^{type}(-[0-9])?$");
                $"{problem.GetProperty("status").GetInt32()}".ShouldBe(response.Name);
            }
        }
    }

    private static IEnumerable<JsonElement> ProblemsIn(JsonElement response) =>
        response.TryGetProperty("content", out var content)
        && content.TryGetProperty("application/problem+json", out var problems)
            ? problems
                .GetProperty("examples")
                .EnumerateObject()
                .Select(e => e.Value.GetProperty("value"))
            : [];

    private static JsonElement? IdempotencyKeyOf(JsonElement operation)
    {
        foreach (var parameter in operation.Parameters())
        {
            if (parameter.GetProperty("name").GetString() == "Idempotency-Key")
                return parameter;
        }

        return null;
    }
}
