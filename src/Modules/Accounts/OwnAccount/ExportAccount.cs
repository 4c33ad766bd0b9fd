using System.Globalization;
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
                    + "system, with a list for each kind of thing in it. It is sent while it is "
                    + "read; one that ends early is no JSON, so ask again."
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

        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = RecordedAnswer.Json;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{FileName(me.Id)}\"";
        await using var writer = new Utf8JsonWriter(
            http.Response.BodyWriter,
            new JsonWriterOptions { Encoder = json.Value.SerializerOptions.Encoder }
        );
        writer.WriteStartObject();
        foreach (var keeper in keepers)
        {
            writer.WritePropertyName(keeper.Section);
            await WriteAsync(keeper.ReadAsync(me.Id, stop), writer, json.Value, http, stop);
        }

        writer.WriteEndObject();
        return TypedResults.Empty;
    }

    private static async Task WriteAsync(
        IAsyncEnumerable<PersonalRecord> records,
        Utf8JsonWriter writer,
        JsonOptions json,
        HttpContext http,
        CancellationToken stop
    )
    {
        string? kind = null;
        writer.WriteStartObject();
        await foreach (var record in records.WithCancellation(stop))
        {
            if (record.Kind != kind)
            {
                if (kind is not null)
                    writer.WriteEndArray();
                kind = record.Kind;
                writer.WriteStartArray(kind);
            }

            JsonSerializer.Serialize(
                writer,
                record.Value,
                record.Value.GetType(),
                json.SerializerOptions
            );
            if (writer.BytesPending + http.Response.BodyWriter.UnflushedBytes > FlushBytes)
            {
                await writer.FlushAsync(stop);
                await http.Response.BodyWriter.FlushAsync(stop);
            }
        }

        if (kind is not null)
            writer.WriteEndArray();
        writer.WriteEndObject();
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
