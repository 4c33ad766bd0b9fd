using System.Net;
using System.Text.Json.Nodes;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>Every movement of a wallet, as its customer and the books see it.</summary>
internal sealed class StatementTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [Test]
    public async Task each_movement_is_an_entry_with_the_balance_after_it()
    {
        var mina = System.NewPayer();
        var charged = await mina.ChargesAsync(200_000);
        var reservation = await System.ReserveAsync(mina, 132_000);
        var payment = (await mina.PaysAsync(reservation, "POINT")).PaymentId;
        await System.ReceiveAsync(RefundTests.ConfirmationFailed(mina, reservation, payment));
        await mina.SeesAsync(payment, "REFUNDED");

        var entries = await EntriesOf(mina);

        entries
            .Select(e => (Text(e, "kind"), Number(e, "amount"), Number(e, "balance")))
            .ShouldBe([
                ("REFUND", 132_000, 200_000),
                ("PAYMENT", -132_000, 68_000),
                ("CHARGE", 200_000, 200_000),
            ]);
        entries[0]["paymentId"]!.GetValue<long>().ShouldBe(payment);
        entries[1]["paymentId"]!.GetValue<long>().ShouldBe(payment);
        entries[2]["paymentId"].ShouldBeNull();
        Number(entries[2], "entryId").ShouldBe(charged.Json["chargeId"]!.GetValue<long>());
    }

    [Test]
    public async Task pages_follow_each_other_without_gap_or_repeat()
    {
        var mina = System.NewPayer();
        foreach (var amount in Enumerable.Range(1, 7))
            await mina.ChargesAsync(amount);

        var (amounts, cursor) = (new List<long>(), (string?)null);
        do
        {
            var page = await mina.GetAsync(
                "/api/wallet/entries?limit=3" + (cursor is null ? "" : $"&cursor={cursor}")
            );
            amounts.AddRange(page.Json["items"]!.AsArray().Select(e => Number(e!, "amount")));
            cursor = page.Json["nextCursor"]?.GetValue<string>();
            // What comes meanwhile stands before the first page.
            await mina.ChargesAsync(1_000);
        } while (cursor is not null);

        amounts.ShouldBe([7, 6, 5, 4, 3, 2, 1]);
    }

    [Test]
    public async Task nobody_sees_the_entries_of_another()
    {
        await System.NewPayer().ChargesAsync(1_000);

        (await EntriesOf(System.NewPayer())).ShouldBeEmpty();
    }

    [TestCase("limit=0", "limit")]
    [TestCase("limit=501", "limit")]
    [TestCase("cursor=x", "cursor")]
    [TestCase("cursor=", "cursor")]
    public async Task a_page_that_cannot_be_is_named(string query, string field)
    {
        var refused = await System.NewPayer().GetAsync($"/api/wallet/entries?{query}");

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        refused.Json["errors"]![field].ShouldNotBeNull();
    }

    [Test]
    public async Task both_sides_of_every_entry_are_in_the_ledger()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var reservation = await System.ReserveAsync(mina, 132_000);
        await mina.PaysAsync(reservation, "POINT");

        (await PostingsAsync(mina, "WALLET-" + mina.CustomerId)).ShouldBe(68_000);
        (await PostingsAsync(mina, "TOP_UPS")).ShouldBe(-200_000);
        (await PostingsAsync(mina, "SALES")).ShouldBe(132_000);
        (await Books.WrongAsync(System, mina)).ShouldBeEmpty();
    }

    [TestCase("UPDATE payments.wallets SET balance = balance + 1 WHERE customer_id = $1")]
    [TestCase("UPDATE payments.payments SET amount = amount + 1 WHERE customer_id = $1")]
    [TestCase("UPDATE payments.payments SET status = 'FAILED' WHERE customer_id = $1")]
    public async Task books_that_do_not_add_up_are_found_out(string change)
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        await mina.PaysAsync(await System.ReserveAsync(mina, 132_000), "POINT");

        await System.ExecuteAsync(change, mina.CustomerId);

        (await Books.WrongAsync(System, mina)).ShouldHaveSingleItem();
    }

    [TestCase("UPDATE payments.wallet_entries SET amount = 1")]
    [TestCase("DELETE FROM payments.wallet_entries")]
    [TestCase("TRUNCATE payments.wallet_entries")]
    public async Task an_entry_stays_as_it_is(string change)
    {
        var refused = await Should.ThrowAsync<PostgresException>(() => System.ExecuteAsync(change));

        refused.MessageText.ShouldContain("never changed");
    }

    [TestCase("CHARGE", -1, null)]
    [TestCase("CHARGE", 1, 1L)]
    [TestCase("PAYMENT", 1, 1L)]
    [TestCase("PAYMENT", -1, null)]
    [TestCase("REFUND", -1, 1L)]
    [TestCase("GIFT", 1, null)]
    public async Task the_database_takes_no_entry_that_cannot_be(
        string kind,
        long amount,
        long? payment
    )
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(1_000);

        var refused = await Should.ThrowAsync<PostgresException>(() =>
            System.ExecuteAsync(
                """
                INSERT INTO payments.wallet_entries
                    (customer_id, kind, amount, balance, payment_id, occurred_at)
                VALUES ($1, $2, $3, 1, $4, clock.now())
                """,
                mina.CustomerId,
                kind,
                amount,
                (object?)payment ?? DBNull.Value
            )
        );

        refused.ConstraintName.ShouldBe("wallet_entries_kind");
    }

    private static async Task<IReadOnlyList<JsonNode>> EntriesOf(Payer payer)
    {
        var answer = await payer.GetAsync("/api/wallet/entries");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        answer.Json["nextCursor"].ShouldBeNull();
        return [.. answer.Json["items"]!.AsArray().Select(e => e!)];
    }

    private static Task<decimal> PostingsAsync(Payer payer, string account) =>
        System.AskAsync<decimal>(
            """
            SELECT sum(l.amount) FROM payments.ledger l
            JOIN payments.wallet_entries e ON e.id = l.entry_id
            WHERE e.customer_id = $1 AND l.account = $2
            """,
            payer.CustomerId,
            account
        );

    private static string Text(JsonNode entry, string field) => entry[field]!.GetValue<string>();

    private static long Number(JsonNode entry, string field) => entry[field]!.GetValue<long>();
}
