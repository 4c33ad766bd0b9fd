using System.Text.Json;
using System.Text.Json.Nodes;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Every operation of the document, given everything that it does not want, by somebody who may
/// call it: a problem document that names the field, never a failure of ours.
/// </summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class BadInputTests
{
    private static readonly string[] Texts =
    [
        new('x', 5000),
        "'; DROP TABLE accounts.customers; --",
        "<script>alert(1)</script>",
        "\u202E🎟️",
        "line\r\nBcc: everyone@example.com",
    ];

    private static readonly string[] Numbers =
    [
        "-1",
        "0",
        "1.5",
        "9223372036854775807",
        "99999999999999999999999999",
        "1e400",
    ];

    private JsonElement _document;
    private Persona _caller = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _document = await ApiDocument.ReadAsync();
        _caller = await Given.TheOperator();
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithBody))]
    public async Task a_body_that_is_none_is_refused(string row)
    {
        var call = Call.Of(_document, row, _caller.Api);
        foreach (var body in new[] { "{", "[]", "\"text\"", "7", "{,}" })
            (await call.Send(body)).ShouldBe(BadRequest, "validation", "body");
        foreach (var body in new[] { "", "null" })
        {
            if (call.BodyIsRequired)
                (await call.Send(body)).ShouldBe(BadRequest, "validation", "body");
        }

        (await call.Send(call.Example!.ToJsonString(), mediaType: "application/xml")).ShouldBe(
            UnsupportedMediaType,
            "unsupported-media-type",
            "Content-Type"
        );
        var tooLarge = $$"""{"x":"{{new string('x', 65 * 1024)}}"}""";
        (await call.Send(tooLarge)).ShouldBe(RequestEntityTooLarge, "too-large", "body");
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithBody))]
    public async Task an_unknown_or_wrong_field_is_named(string row)
    {
        var call = Call.Of(_document, row, _caller.Api);
        (await call.With("surprise", 1)).ShouldBe(BadRequest, "validation", "surprise");
        foreach (var (field, _) in call.Example!)
        {
            var wrong = await call.With(field, new JsonObject { ["x"] = 1 });
            wrong.ShouldBe(BadRequest);
            wrong.Problem.ShouldBe("validation", wrong.Body);
            wrong.Fields.ShouldNotBeEmpty(wrong.Body);
            wrong.Fields.ShouldAllBe(f => Call.IsOf(f, field), wrong.Body);
        }
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithParts))]
    public async Task a_wrong_part_of_a_field_is_named_by_its_place(string row)
    {
        var call = Call.Of(_document, row, _caller.Api);
        foreach (var (place, part) in call.Parts)
        {
            JsonNode other = part is JsonObject ? 7 : new JsonObject { ["x"] = 1 };
            (await call.WithPart(place, other)).ShouldBe(BadRequest, "validation", place);
            (await call.WithPart(place, null)).ShouldBe(BadRequest, "validation", place);
            if (part is JsonObject)
            {
                (await call.WithPart($"{place}.surprise", 1)).ShouldBe(
                    BadRequest,
                    "validation",
                    $"{place}.surprise"
                );
            }
        }
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithBody))]
    public async Task whatever_a_field_holds_the_answer_is_clean(string row)
    {
        var call = Call.Of(_document, row, _caller.Api);
        foreach (var (field, example) in call.Example!)
        {
            ShouldBeClean(await call.Without(field), field);
            ShouldBeClean(await call.With(field, null), field);
            if (example is JsonValue value && value.GetValueKind() == JsonValueKind.String)
            {
                foreach (var text in Texts)
                    ShouldBeClean(await call.With(field, text), field);
            }
            else if (example is JsonValue)
            {
                foreach (var number in Numbers)
                    ShouldBeClean(await call.WithRaw(field, number), field);
            }
            else if (example is JsonArray)
            {
                ShouldBeClean(await call.With(field, new JsonArray()), field);
                ShouldBeClean(await call.With(field, new JsonArray(null, null)), field);
            }
        }
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithParameters))]
    public async Task a_part_of_the_address_that_is_none_is_named(string row)
    {
        var call = Call.Of(_document, row, _caller.Api);
        foreach (var parameter in call.Operation.Parameters())
        {
            var name = parameter.GetProperty("name").GetString()!;
            var schema = parameter.GetProperty("schema").GetRawText();
            var isNumber = schema.Contains("integer", StringComparison.Ordinal);
            var place = parameter.GetProperty("in").GetString();
            if (place is not ("path" or "query"))
                continue;

            foreach (
                var value in new[] { "abc", "-1", "99999999999999999999", "%F0%9F%8E%9F", "a%27b" }
            )
            {
                var answer = await call.SendTo(place, name, value);
                ShouldBeClean(answer, name);
                if (isNumber && value != "-1")
                    answer.ShouldBe(BadRequest, "validation", name);
            }
        }
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithIdempotencyKey))]
    public async Task a_write_that_costs_something_needs_a_good_key(string row)
    {
        var call = Call.Of(_document, row, _caller.Api);
        var body = call.Example!.ToJsonString();
        foreach (var key in new[] { null, "", new string('k', 256), "two words" })
        {
            (await call.Send(body, key, withKey: false)).ShouldBe(
                BadRequest,
                "idempotency-key-missing",
                "Idempotency-Key"
            );
        }
    }

    private static void ShouldBeClean(Answer answer, string what)
    {
        ((int)answer.Status).ShouldBeLessThan(500, $"{what}: {answer.Body}");
        if (answer.Status < BadRequest)
            return;

        answer.Problem.ShouldNotBeNull($"{what}: {answer.Status} {answer.Body}");
        if (answer.Problem == "not-found")
            answer.Fields.ShouldNotBeEmpty(answer.Body);
        if (answer.Problem != "validation")
            return;
        // Beside what is tried, the password of an example is not the caller's.
        if (answer["detail"].GetString() == "password: is wrong")
            return;

        answer.Fields.ShouldNotBeEmpty(answer.Body);
        answer.Fields.ShouldAllBe(f => Call.IsOf(f, what), answer.Body);
    }
}
