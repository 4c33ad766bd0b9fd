using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Reservations;

/// <summary>
/// Every seat of a concert with its state, small enough for a hundred thousand of them.
/// </summary>
internal static class ShowSeats
{
    /// <param name="States">What the letters in <c>seats</c> mean.</param>
    public sealed record Response(
        long ConcertId,
        int TotalSeats,
        int Available,
        int Sold,
        IReadOnlyDictionary<string, string> States,
        IReadOnlyList<Section> Sections
    );

    /// <param name="Seats">
    /// A text a row, a letter a seat. The seat in row r at place n (both from 1) has the id
    /// <c>firstSeatId + (r - 1) * seatsPerRow + (n - 1)</c>.
    /// </param>
    public sealed record Section(
        string Name,
        Money Price,
        int Rows,
        int SeatsPerRow,
        long FirstSeatId,
        IReadOnlyList<string> Seats
    );

    /// <summary>Made once for a map, and forgotten with it.</summary>
    private static readonly ConditionalWeakTable<SeatMap, Answer> Rendered = new();

    private sealed record Answer(string Tag, byte[] Json);

    private const string ExampleTag = "\"1-9f86d081884c7d659a2feaa0\"";

    private static readonly Dictionary<string, string> Legend = new(StringComparer.Ordinal)
    {
        ["f"] = "free",
        ["h"] = "held",
        ["s"] = "sold",
    };

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/concerts/{id}/seats", Handle)
            .WithName("ShowSeats")
            .WithTags("Concerts")
            .WithSummary("Show every seat")
            .WithDescription(
                "One letter a seat: f free, h held, s sold. The seat in row r at place n of a "
                    + "section has the id firstSeatId + (r - 1) * seatsPerRow + (n - 1). Send the "
                    + "ETag as If-None-Match and get 304 while nothing has changed."
            )
            .Produces<Response>(200)
            .Produces(304)
            .WithResponseExample(
                200,
                new Response(
                    Examples.ConcertId,
                    6,
                    4,
                    1,
                    Legend,
                    [
                        new Section(
                            Examples.Section,
                            new Money(Examples.PriceWon),
                            2,
                            3,
                            Examples.SeatIds[0],
                            ["sfh", "fff"]
                        ),
                    ]
                )
            )
            .WithParameter("id", "The concert's id.", Examples.ConcertId)
            .WithRequestHeader(
                "If-None-Match",
                "The ETag of the answer that you have; 304 while it is the newest.",
                ExampleTag
            )
            .WithResponseHeader(200, "ETag", "Names this state of the seats.", ExampleTag)
            .Refuses(
                Problems.NotFound("concert", Examples.ConcertId),
                UnknownConcerts.Building(Examples.ConcertId)
            );

    private static async Task<IResult> Handle(
        long id,
        SeatMaps maps,
        UnknownConcerts unknownConcerts,
        HttpContext http
    )
    {
        var stop = http.RequestAborted;
        if (await maps.FindAsync(id, stop) is not { } map)
            return await unknownConcerts.ExplainSeatsAsync(id, stop);

        var (etag, json) = Rendered.GetValue(map, Render);
        var headers = http.Response.Headers;
        headers.ETag = etag;
        headers.CacheControl = "no-cache";
        if (http.Request.Headers.IfNoneMatch.Any(known => Matches(known, etag)))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);

        return TypedResults.Bytes(json, "application/json; charset=utf-8");
    }

    private static Answer Render(SeatMap map) => new(EntityTag(map), ToJson(map));

    private static bool Matches(string? ifNoneMatch, string etag) =>
        ifNoneMatch is not null
        && ifNoneMatch
            .Split(',', StringSplitOptions.TrimEntries)
            .Any(tag => tag == "*" || tag == etag || tag == "W/" + etag);

    /// <summary>The same bytes, the same tag, on every host.</summary>
    private static string EntityTag(SeatMap map)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(map.States.AsSpan()),
            hash
        );
        return $"\"{map.Plan.ConcertId}-{Convert.ToHexStringLower(hash[..12])}\"";
    }

    private static byte[] ToJson(SeatMap map) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new Response(
                map.Plan.ConcertId,
                map.Plan.TotalSeats,
                map.States.AsSpan().Count(SeatMap.Free),
                map.States.AsSpan().Count(SeatMap.Sold),
                Legend,
                [.. map.Plan.Sections.Select(s => ToSection(map, s))]
            ),
            ReservationsJson.Default.ShowSeatsResponse
        );

    private static Section ToSection(SeatMap map, SeatPlanSection section)
    {
        var states = map.StatesOf(section);
        var rows = new string[section.Rows];
        for (var row = 0; row < rows.Length; row++)
            rows[row] = states.Slice(row * section.SeatsPerRow, section.SeatsPerRow).ToString();
        return new Section(
            section.Name,
            new Money(section.PriceWon),
            section.Rows,
            section.SeatsPerRow,
            section.FirstSeatId,
            rows
        );
    }
}
