using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Bodies that are no JSON below the level of characters, or are more of it than anybody reads: to
/// every operation that takes a body.
/// </summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class BadBytesTests
{
    private const int Levels = 1_000;

    /// <summary>The first byte announces a second one, which does not come.</summary>
    private static readonly byte[] NoUtf8 = [0xC3, 0x28];

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private JsonElement _document;
    private Persona _caller = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _document = await ApiDocument.ReadAsync();
        _caller = await Given.TheOperator();
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithBody))]
    public async Task a_text_that_is_no_utf_8_is_named(string row)
    {
        const string Marker = "bytes go here";
        var call = Call.Of(_document, row, _caller.Api);
        foreach (var (field, _) in call.Example!.Where(f => IsText(f.Value)))
        {
            var example = call.Example!.DeepClone().AsObject();
            example[field] = Marker;
            var body = Encoding.UTF8.GetBytes(example.ToJsonString());
            var at = body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Marker));

            var answer = await call.SendBytes([
                .. body[..at],
                .. NoUtf8,
                .. body[(at + Marker.Length)..],
            ]);

            answer.ShouldBe(BadRequest, "validation", field);
        }
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithBody))]
    public async Task bytes_that_are_no_utf_8_are_no_body(string row)
    {
        var call = Call.Of(_document, row, _caller.Api);
        var text = call.Example!.ToJsonString();
        foreach (
            var body in new byte[][]
            {
                NoUtf8,
                [.. ByteOrderMark, .. NoUtf8],
                [.. ByteOrderMark, .. ByteOrderMark, .. Encoding.UTF8.GetBytes(text)],
                Encoding.Unicode.GetBytes(text),
                Encoding.UTF32.GetBytes(text),
            }
        )
            (await call.SendBytes(body)).ShouldBe(BadRequest, "validation", "body");
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithBody))]
    public async Task a_byte_order_mark_changes_nothing(string row)
    {
        var call = Call.Of(_document, row, _caller.Api);
        var answer = await call.SendBytes([.. ByteOrderMark, .. """{"surprise":1}"""u8]);

        answer.ShouldBe(BadRequest, "validation", "surprise");
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithBody))]
    public async Task a_compressed_body_is_refused(string row)
    {
        var call = Call.Of(_document, row, _caller.Api);
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionMode.Compress))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(call.Example!.ToJsonString()));

        (await call.SendBytes(compressed.ToArray(), "gzip")).ShouldBe(
            BadRequest,
            "validation",
            "body"
        );
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.WithBody))]
    public async Task a_thousand_levels_are_too_many_wherever_they_are(string row)
    {
        var call = Call.Of(_document, row, _caller.Api);
        var lists = new string('[', Levels) + new string(']', Levels);
        var objects =
            string.Concat(Enumerable.Repeat("{\"x\":", Levels)) + "1" + new string('}', Levels);
        (await call.Send(lists)).ShouldBe(BadRequest, "validation", "body");
        foreach (var deep in new[] { lists, objects })
        {
            (await call.WithRaw("surprise", deep)).ShouldBe(BadRequest, "validation", "surprise");
            foreach (var (field, _) in call.Example!)
            {
                var answer = await call.WithRaw(field, deep);
                answer.ShouldBe(BadRequest);
                answer.Problem.ShouldBe("validation", answer.Body);
                var named = answer.Fields.ShouldHaveSingleItem(answer.Body);
                (named == "body" || Call.IsOf(named, field)).ShouldBeTrue(answer.Body);
            }
        }
    }

    private static bool IsText(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String;
}
