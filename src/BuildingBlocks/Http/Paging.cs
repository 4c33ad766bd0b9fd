using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>How many items a list brings at a time, and how its pages are asked for.</summary>
/// <param name="Default">Items a page where the request names no number.</param>
/// <param name="Max">Items a page at most.</param>
public sealed record PageSize(int Default, int Max)
{
    public string Rule => $"must be 1 to {Max}";

    /// <summary>Names what is wrong with a request for a page.</summary>
    public FieldErrors Check(string? cursor, int? limit) =>
        new FieldErrors()
            .Require(limit is null || (limit >= 1 && limit <= Max), "limit", Rule)
            .Require(cursor is null || Cursor.Parse(cursor, 1) is not null, "cursor", Cursor.Rule);

    /// <summary>What a request asks for that <see cref="Check"/> has nothing against.</summary>
    public PageRequest Of(string? cursor, int? limit) =>
        new(cursor is null ? long.MaxValue : Cursor.Parse(cursor, 1)![0], limit ?? Default);
}

/// <summary>One page of a list that begins with its highest id.</summary>
/// <param name="Below">The lowest id of the page before.</param>
public readonly record struct PageRequest(long Below, int Count)
{
    /// <summary>One more than the page has tells whether there is another.</summary>
    public int Limit => Count + 1;

    /// <param name="command">Brings at most <see cref="Limit"/> rows, the highest id first.</param>
    /// <returns>The page, and the cursor of the next one; null where this is the last.</returns>
    public async Task<(IReadOnlyList<T> Items, string? NextCursor)> ReadAsync<T>(
        NpgsqlCommand command,
        Func<NpgsqlDataReader, T> read,
        Func<T, long> idOf,
        CancellationToken stop
    )
    {
        var items = new List<T>(Limit);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            items.Add(read(reader));
        if (items.Count <= Count)
            return (items, null);

        items.RemoveAt(Count);
        return (items, Cursor.Of(idOf(items[^1])));
    }
}

/// <summary>Documents the parameters of a list.</summary>
public static class PagingDocs
{
    /// <param name="builder">Of a handler with the parameters cursor and limit.</param>
    /// <param name="items">What the list has, as a plural with a capital.</param>
    /// <param name="exampleKeys">Of the last item of the example, by which it is sorted.</param>
    public static RouteHandlerBuilder WithPaging(
        this RouteHandlerBuilder builder,
        PageSize size,
        string items,
        params long[] exampleKeys
    ) =>
        builder
            .WithParameter(
                "cursor",
                "The nextCursor of the page before; without it, the first page.",
                Cursor.Of(exampleKeys)
            )
            .WithParameter(
                "limit",
                $"{items} a page, 1 to {size.Max}; {size.Default} where it is missing.",
                size.Default
            )
            .Refuses(Problems.Validation("limit", size.Rule));
}
