using System.Text.Json.Nodes;
using ConcertReservation.ContractDocs;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>Whatever a document says in JSON it says in YAML, too.</summary>
internal sealed class YamlTests
{
    [TestCase("plain")]
    [TestCase("")]
    [TestCase(" a space at each end ")]
    [TestCase("yes")]
    [TestCase("No")]
    [TestCase("null")]
    [TestCase("1.0")]
    [TestCase("0000000017")]
    [TestCase("2026-11-20")]
    [TestCase("a: b # c")]
    [TestCase("- 'quoted' \"twice\"")]
    [TestCase("{bootstrapServers}")]
    [TestCase("#/components/schemas/UserSignedUp")]
    [TestCase("봄의 소리")]
    [TestCase("two\nlines")]
    [TestCase("a long text of many words with a colon: it is folded, and none of them is lost")]
    [TestCase("a long text with  two spaces in it, which would be lost if it were folded there")]
    public void a_text_stays_what_it_is(string text)
    {
        var document = new JsonObject { ["text"] = text, [text] = "text" };

        JsonNode.DeepEquals(Yaml.Read(Yaml.Write(document)), document).ShouldBeTrue();
    }

    [Test]
    public void everything_that_json_has_stays_what_it_is()
    {
        var document = JsonNode.Parse(
            """
            {"number":9223372036854775807,"fraction":-0.5,"yes":true,"no":false,"nothing":null,
             "list":[1,"1",[],{}],"object":{"inner":{"deep":[{"a":1},{"a":2}]}}}
            """
        )!;

        JsonNode.DeepEquals(Yaml.Read(Yaml.Write(document, "A comment.")), document).ShouldBeTrue();
    }

    [Test]
    public void what_other_readers_might_take_for_something_else_is_quoted() =>
        Yaml.Write(new JsonObject { ["time"] = "2026-11-20T12:00:00Z", ["on"] = "1.0" })
            .ShouldBe("time: '2026-11-20T12:00:00Z'\n'on': '1.0'\n");
}
