using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.Payments;

/// <summary>A customer's statement: every movement of the wallet, page by page.</summary>
internal static class ListWalletEntries
{
    private static readonly PageSize Size = new(Default: 50, Max: 500);

    private const string PageSql = """
        SELECT id, kind, amount, balance, payment_id, occurred_at FROM payments.wallet_entries
        WHERE customer_id = $1 AND id < $2
        ORDER BY id DESC
        LIMIT $3
        """;

    /// <param name="NextCursor">
    /// Sent as <c>cursor</c> it brings the next page; null on the last.
    /// </param>
    internal sealed record Response(IReadOnlyList<Entry> Items, string? NextCursor);

    /// <param name="EntryId">A charge's chargeId.</param>
    /// <param name="Kind">CHARGE, PAYMENT or REFUND.</param>
    /// <param name="Amount">In won; negative where points left the wallet.</param>
    /// <param name="Balance">After it, in won.</param>
    /// <param name="PaymentId">What was paid or refunded; null for a charge.</param>
    internal sealed record Entry(
        long EntryId,
        string Kind,
        long Amount,
        long Balance,
        long? PaymentId,
        DateTimeOffset OccurredAt
    );

    private static readonly Entry Example = new(
        18,
        "PAYMENT",
        -Examples.TotalWon,
        ChargeWallet.ExampleAmount - Examples.TotalWon,
        Examples.PaymentId,
        Examples.HeldAt
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/wallet/entries", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithName("ListWalletEntries")
            .WithTags("Payments")
            .WithSummary("Show the statement of your wallet")
            .WithDescription(
                "Every movement, the newest first: `CHARGE`, `PAYMENT` and `REFUND`. The balance "
                    + "of an entry is the sum of it and all before."
            )
            .Produces<Response>()
            .WithResponseExample(200, new Response([Example], Cursor.Of(Example.EntryId)))
            .WithPaging(Size, "Entries", Example.EntryId);

    private static async Task<IResult> Handle(
        string? cursor,
        int? limit,
        CurrentCustomer customer,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        if (Size.Check(cursor, limit).ToProblem() is { } problem)
            return problem;

        var page = Size.Of(cursor, limit);
        await using var command = dataSource.CreateCommand(PageSql);
        command.Parameters.AddWithValue(customer.Id);
        command.Parameters.AddWithValue(page.Below);
        command.Parameters.AddWithValue(page.Limit);
        var (items, next) = await page.ReadAsync(command, Read, entry => entry.EntryId, stop);
        return TypedResults.Ok(new Response(items, next));
    }

    private static Entry Read(NpgsqlDataReader row) =>
        new(
            row.GetInt64(0),
            row.GetString(1),
            row.GetInt64(2),
            row.GetInt64(3),
            row.IsDBNull(4) ? null : row.GetInt64(4),
            row.GetFieldValue<DateTimeOffset>(5)
        );
}
