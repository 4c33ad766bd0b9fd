namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// What is booked of a customer, held against what the wallet and the payments say themselves.
/// </summary>
internal static class Books
{
    private const string WrongSql = """
        WITH booked AS (
            SELECT CASE WHEN l.account LIKE 'WALLET-%' THEN 'wallet' ELSE l.account END AS account,
                l.amount
            FROM payments.ledger l JOIN payments.wallet_entries e ON e.id = l.entry_id
            WHERE e.customer_id = $1
        ), told (account, amount) AS (
            SELECT 'wallet', coalesce(sum(balance), 0) FROM payments.wallets WHERE customer_id = $1
            UNION ALL
            SELECT 'SALES', coalesce(sum(amount), 0) FROM payments.payments
            WHERE customer_id = $1 AND method = 'POINT' AND status = 'COMPLETED'
        ), entries AS (
            SELECT id, balance, sum(amount) OVER (ORDER BY id) AS added
            FROM payments.wallet_entries WHERE customer_id = $1
        )
        SELECT format('%s: %s, booked %s', t.account, t.amount, coalesce(sum(b.amount), 0))
        FROM told t LEFT JOIN booked b USING (account)
        GROUP BY t.account, t.amount HAVING t.amount <> coalesce(sum(b.amount), 0)
        UNION ALL
        SELECT format('entry %s: %s after it, %s added up', id, balance, added)
        FROM entries WHERE balance <> added
        """;

    /// <returns>Where they differ, in words; empty where all is well.</returns>
    public static Task<IReadOnlyList<string>> WrongAsync(PaymentsSystem system, Payer payer) =>
        system.ReadAsync<string>(WrongSql, payer.CustomerId);
}
