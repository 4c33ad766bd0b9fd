using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Accounts;

/// <summary>A person takes everything along that is kept about them, in one document.</summary>
internal static class ExportAccount
{
    /// <summary>What has been written so far is sent at least this often.</summary>
    private const int FlushBytes = 16 * 1024;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/accounts/me/export", Handle)
            .RequireAuthorization()
            .WithName("ExportAccount")
            .WithTags("Accounts")
            .WithSummary("Export my data")
            .WithDescription(
                "Everything kept about you, as one JSON document: an object for each part of the "
                    + "system that knows you, with a list for each kind of thing in it. It is sent "
                    + "while it is read, each thing as it is then; one that ends early is no JSON, "
                    + "so ask again."
            )
            .Produces<Dictionary<string, Dictionary<string, IReadOnlyList<JsonElement>>>>()
            .WithResponseExample(200, Example())
            .WithResponseHeader(
                200,
                "Content-Disposition",
                "A name for the file.",
                $"attachment; filename=\"{FileName(Examples.CustomerId)}\""
            )
            .Refuses(Problems.TooManyRequests(retryAfterSeconds: 5), TooBusy());

    public static Problem TooBusy() =>
        Problems.Overloaded("Others take their data along just now.", retryAfterSeconds: 5);

    private static async Task<IResult> Handle(
        CurrentCustomer me,
        AttemptLimits limits,
        IEnumerable<IPersonalData> keepers,
        IOptions<JsonOptions> json,
        HttpContext http,
        CancellationToken stop
    )
    {
        var (refusal, place) = limits.BeginExport(me.Id);
        using var taken = place;
        if (refusal is not null)
            return refusal;

        await using var records = ReadAsync(me.Id, keepers, stop).GetAsyncEnumerator(stop);
        // Before anything is written: what is in the buffer would stand in front of a problem.
        var hasRecord = await records.MoveNextAsync();
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = RecordedAnswer.Json;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{FileName(me.Id)}\"";
        await using var writer = new Utf8JsonWriter(
            http.Response.BodyWriter,
            new JsonWriterOptions { Encoder = json.Value.SerializerOptions.Encoder }
        );
        var document = new Document(writer, json.Value.SerializerOptions);
        for (var flushAt = 0; hasRecord; hasRecord = await records.MoveNextAsync())
        {
            document.Write(records.Current.Section, records.Current.Record);
            if (writer.BytesPending + http.Response.BodyWriter.UnflushedBytes <= flushAt)
                continue;

            await writer.FlushAsync(stop);
            await http.Response.BodyWriter.FlushAsync(stop);
            flushAt = FlushBytes;
        }

        document.End();
        return TypedResults.Empty;
    }

    private static async IAsyncEnumerable<(string Section, PersonalRecord Record)> ReadAsync(
        long customerId,
        IEnumerable<IPersonalData> keepers,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        foreach (var keeper in keepers)
        {
            await foreach (var record in keeper.ReadAsync(customerId, stop))
                yield return (keeper.Section, record);
        }
    }

    /// <summary>An object with one for each section, with a list for each kind.</summary>
    private sealed class Document(Utf8JsonWriter writer, JsonSerializerOptions options)
    {
        private string? _section;
        private string? _kind;

        public void Write(string section, PersonalRecord record)
        {
            if (section != _section)
            {
                EndSection();
                if (_section is null)
                    writer.WriteStartObject();
                writer.WriteStartObject(section);
                _section = section;
            }

            if (record.Kind != _kind)
            {
                EndKind();
                writer.WriteStartArray(record.Kind);
                _kind = record.Kind;
            }

            JsonSerializer.Serialize(writer, record.Value, record.Value.GetType(), options);
        }

        /// <summary>Of what has begun: there is an account, at least.</summary>
        public void End()
        {
            EndSection();
            writer.WriteEndObject();
        }

        private void EndSection()
        {
            EndKind();
            if (_section is not null)
                writer.WriteEndObject();
        }

        private void EndKind()
        {
            if (_kind is not null)
                writer.WriteEndArray();
            _kind = null;
        }
    }

    private static string FileName(long id) =>
        string.Create(CultureInfo.InvariantCulture, $"concert-reservation-{id}.json");

    private static Dictionary<string, Dictionary<string, IReadOnlyList<JsonElement>>> Example() =>
        new()
        {
            ["accounts"] = new()
            {
                ["account"] =
                [
                    JsonSerializer.SerializeToElement(Profile.Example, JsonSerializerOptions.Web),
                ],
            },
            ["payments"] = new() { ["wallet"] = [] },
        };
}
