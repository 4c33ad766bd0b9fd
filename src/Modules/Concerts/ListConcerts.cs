using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Concerts;

/// <summary>The calendar, page by page: by start, then by id.</summary>
internal static class ListConcerts
{
    private const int MaxLimit = 100;
    private const int DefaultLimit = 20;

    /// <param name="NextCursor">
    /// Sent as <c>cursor</c> it brings the next page; null on the last.
    /// </param>
    internal sealed record Page(IReadOnlyList<Entry> Items, string? NextCursor);

    internal sealed record Entry(
        long ConcertId,
        string Name,
        string Artist,
        string Venue,
        DateTimeOffset StartsAt,
        DateTimeOffset BookingStartTime,
        string Status,
        int TotalSeats,
        int SoldSeats
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/concerts", Handle)
            .WithTags("Concerts")
            .WithName("ListConcerts")
            .WithSummary("List concerts")
            .WithDescription("By start, the earliest first.")
            .Produces<Page>()
            .WithParameter("query", "A part of the name, artist or venue.", "Seoul")
            .WithParameter("from", "The earliest start of a concert.", Examples.StartsAt)
            .WithParameter(
                "status",
                "Only concerts in this state.",
                ConcertStatus.Scheduled.Name(),
                [.. Enum.GetValues<ConcertStatus>().Select(s => s.Name())]
            )
            .WithParameter(
                "cursor",
                "The nextCursor of the page before; without it, the first page.",
                ConcertExamples.Page.NextCursor!
            )
            .WithParameter(
                "limit",
                $"Concerts a page, 1 to {MaxLimit}; {DefaultLimit} where it is missing.",
                DefaultLimit
            )
            .Refuses(Problems.Validation("limit", $"must be 1 to {MaxLimit}"))
            .WithResponseExample(200, ConcertExamples.Page);

    private static async Task<IResult> Handle(
        ConcertsDb db,
        CancellationToken stop,
        string? query = null,
        DateTimeOffset? from = null,
        string? status = null,
        string? cursor = null,
        int limit = DefaultLimit
    )
    {
        var after = cursor is null ? null : Place.Parse(cursor);
        var wanted = status is null ? null : ConcertStatusNames.Find(status);
        var problem = new FieldErrors()
            .Require(limit is >= 1 and <= MaxLimit, "limit", $"must be 1 to {MaxLimit}")
            .Require(cursor is null || after is not null, "cursor", Cursor.Rule)
            .Require(
                status is null || wanted is not null,
                "status",
                "must be SCHEDULED, SOLD_OUT or CANCELLED"
            )
            .CheckText("query", query ?? "-", Concert.MaxTextLength)
            .ToProblem();
        if (problem is not null)
            return problem;

        var concerts = db.Concerts.AsNoTracking();
        if (query is not null)
            concerts = Search(concerts, query);
        if (from is { } earliest)
            concerts = concerts.Where(c => c.StartsAt >= earliest.ToUniversalTime());
        if (wanted is { } state)
            concerts = concerts.Where(c => c.Status == state);
        if (after is not null)
        {
            concerts = concerts.Where(c =>
                EF.Functions.GreaterThan(
                    ValueTuple.Create(c.StartsAt, c.Id),
                    ValueTuple.Create(after.StartsAt, after.Id)
                )
            );
        }

        // One more than the page tells whether there is another.
        var found = await concerts
            .OrderBy(c => c.StartsAt)
            .ThenBy(c => c.Id)
            .Take(limit + 1)
            .ToListAsync(stop);
        var next =
            found.Count > limit ? new Place(found[limit - 1].StartsAt, found[limit - 1].Id) : null;
        return TypedResults.Ok(new Page([.. found.Take(limit).Select(EntryOf)], next?.ToCursor()));
    }

    private static IQueryable<Concert> Search(IQueryable<Concert> concerts, string query)
    {
        const string Escape = "\\";
        var pattern =
            "%"
            + query
                .Replace(Escape, @"\\", StringComparison.Ordinal)
                .Replace("%", @"\%", StringComparison.Ordinal)
                .Replace("_", @"\_", StringComparison.Ordinal)
            + "%";
        return concerts.Where(c =>
            EF.Functions.ILike(c.Name, pattern, Escape)
            || EF.Functions.ILike(c.Artist, pattern, Escape)
            || EF.Functions.ILike(c.Venue, pattern, Escape)
        );
    }

    private static Entry EntryOf(Concert concert) =>
        new(
            concert.Id,
            concert.Name,
            concert.Artist,
            concert.Venue,
            concert.StartsAt,
            concert.BookingStartTime,
            concert.Status.Name(),
            concert.TotalSeats,
            concert.SoldSeats
        );

    /// <summary>The last entry of a page.</summary>
    internal sealed record Place(DateTimeOffset StartsAt, long Id)
    {
        public string ToCursor() => Cursor.Of(StartsAt.UtcTicks, Id);

        /// <returns>null where the text is not a cursor of this list.</returns>
        public static Place? Parse(string cursor) =>
            Cursor.Parse(cursor, 2) is [var ticks, var id] && ticks <= DateTime.MaxValue.Ticks
                ? new Place(new DateTimeOffset(ticks, TimeSpan.Zero), id)
                : null;
    }
}
