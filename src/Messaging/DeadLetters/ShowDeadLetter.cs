using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>One dead letter with its whole record.</summary>
internal static class ShowDeadLetter
{
    private const string OneSql = $"""
        SELECT {DeadLetterView.Columns}, header_names, header_values, body
        FROM messaging.dead_letters WHERE dead_letter_id = $1
        """;

    /// <param name="Body">The record's body, where it is JSON.</param>
    /// <param name="BodyBase64">The record's body, where it is anything else.</param>
    internal sealed record Response(
        DeadLetterView Letter,
        IReadOnlyList<Header> Headers,
        JsonElement? Body,
        string? BodyBase64
    );

    /// <param name="Value">Text, or one of Spring's binary numbers as digits.</param>
    /// <param name="ValueBase64">Where it is neither.</param>
    internal sealed record Header(string Name, string? Value, string? ValueBase64);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/ops/dead-letters/{id}", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ShowDeadLetter")
            .WithTags("Operations")
            .WithSummary("Show a dead letter")
            .WithDescription("With the record's headers and body, as they were received.")
            .Produces<Response>()
            .WithResponseExample(200, Example())
            .WithParameter("id", "The letter's id.", DeadLetterView.Example.DeadLetterId)
            .Refuses(Problems.NotFound("dead letter", DeadLetterView.Example.DeadLetterId));

    private static async Task<IResult> Handle(
        long id,
        AllRoutes routes,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(OneSql);
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (!await reader.ReadAsync(stop))
            return Problems.NotFound("dead letter", id);

        const int At = DeadLetterView.ColumnCount;
        var headers = reader
            .GetFieldValue<string[]>(At)
            .Zip(reader.GetFieldValue<byte[]?[]>(At + 1), HeaderOf);
        var body = reader.IsDBNull(At + 2) ? null : reader.GetFieldValue<byte[]>(At + 2);
        var json = Json(body);
        return TypedResults.Ok(
            new Response(
                DeadLetterView.Read(reader, routes),
                [.. headers],
                json,
                json is null && body is not null ? Convert.ToBase64String(body) : null
            )
        );
    }

    internal static Header HeaderOf(string name, byte[]? value) =>
        value switch
        {
            null => new Header(name, null, null),
            _ when DeadLetterHeaders.Number(name, value) is { } number => new Header(
                name,
                number.ToString(CultureInfo.InvariantCulture),
                null
            ),
            _ when Utf8.IsValid(value) => new Header(name, Encoding.UTF8.GetString(value), null),
            _ => new Header(name, null, Convert.ToBase64String(value)),
        };

    /// <returns>null where it is none that could be written on.</returns>
    internal static JsonElement? Json(byte[]? body)
    {
        if (body is null)
            return null;

        try
        {
            return JsonText.IsWhole(body) ? JsonElement.Parse(body) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Response Example() =>
        new(
            DeadLetterView.Example,
            [
                new Header("ce_type", DeadLetterView.Example.EventType, null),
                new Header("ce_sequence", "0000000001", null),
            ],
            JsonElement.Parse(
                $$"""{"eventType":"RESERVATION_CREATED","seatIds":[{{Examples.SeatIds[0]}}]}"""
            ),
            BodyBase64: null
        );
}
