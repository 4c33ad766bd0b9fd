namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>What has to be so when a history has come to rest, whatever happened in it.</summary>
internal static class SaleEnd
{
    /// <remarks>$1 the concert, $2 its customers, $3 reservations whose pin was lost.</remarks>
    private const string WrongSql = """
        WITH r AS (SELECT * FROM reservations.reservations WHERE concert_id = $1),
            p AS (SELECT * FROM payments.payments WHERE customer_id = ANY ($2)),
            s AS (SELECT * FROM reservations.seats WHERE concert_id = $1)
        SELECT format('payment %s is %s', id, status) FROM p
            WHERE status NOT IN ('COMPLETED', 'FAILED', 'REFUNDED')
        UNION ALL SELECT format('payment %s is to be checked again', id) FROM p
            WHERE next_check_at IS NOT NULL
        UNION ALL SELECT format('reservation %s is %s', id, status) FROM r
            WHERE status IN ('HELD', 'PAYING')
        UNION ALL SELECT format('payment %s is completed, its reservation %s is %s by %s',
                p.id, r.id, r.status, r.payment_id)
            FROM p LEFT JOIN r ON r.id = p.reservation_id
            WHERE p.status = 'COMPLETED'
                AND (r.status, r.payment_id) IS DISTINCT FROM ('CONFIRMED', p.id)
        UNION ALL SELECT format('reservation %s is sold and not paid', r.id) FROM r
            WHERE r.status = 'CONFIRMED' AND NOT EXISTS (
                SELECT FROM p WHERE p.id = r.payment_id AND p.status = 'COMPLETED')
        UNION ALL SELECT format('payment %s came in time and was given back', p.id)
            FROM p JOIN r ON r.id = p.reservation_id
            WHERE p.status = 'REFUNDED' AND r.status <> 'CANCELLED' AND r.id <> ALL ($3)
                AND NOT EXISTS (
                    SELECT FROM reservations.concerts c
                    WHERE c.id = $1 AND c.cancelled_at IS NOT NULL)
        UNION ALL SELECT format('seat %s is %s for %s', s.id, s.state, s.reservation_id)
            FROM s LEFT JOIN r ON r.id = s.reservation_id
            WHERE s.state NOT IN ('free', 'sold')
                OR (s.state = 'sold'
                    AND (r.status IS DISTINCT FROM 'CONFIRMED' OR s.id <> ALL (r.seat_ids)))
        UNION ALL SELECT format('seat %s is sold %s times', seat, count(*))
            FROM r, unnest(r.seat_ids) AS seat WHERE r.status = 'CONFIRMED'
            GROUP BY seat HAVING count(*) > 1
        UNION ALL SELECT format('reservation %s lacks seat %s', r.id, seat)
            FROM r, unnest(r.seat_ids) AS seat
            WHERE r.status = 'CONFIRMED' AND NOT EXISTS (
                SELECT FROM s WHERE s.id = seat AND s.reservation_id = r.id)
        UNION ALL SELECT format('customer %s has bought %s seats', customer_id,
                sum(cardinality(seat_ids)))
            FROM r WHERE status = 'CONFIRMED'
            GROUP BY customer_id HAVING sum(cardinality(seat_ids)) > $4
        """;

    /// <remarks>$1 customers, $2 what each has charged.</remarks>
    private const string WrongWalletsSql = """
        SELECT format('the wallet of %s has %s of %s won charged, %s spent', c.id, w.balance,
            c.charged, spent)
        FROM unnest($1::bigint[], $2::bigint[]) AS c (id, charged)
        LEFT JOIN payments.wallets w ON w.customer_id = c.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount), 0) AS spent FROM payments.payments
            WHERE customer_id = c.id AND method = 'POINT' AND status = 'COMPLETED') AS p
        WHERE coalesce(w.balance, 0) <> c.charged - spent OR w.balance < 0
        """;

    private const string CardsSql = """
        SELECT order_id || ' ' || status FROM payments.payments
        WHERE customer_id = ANY ($1) AND order_id IS NOT NULL
        """;

    /// <returns>What is wrong, in words; empty where all is well.</returns>
    public static async Task<IReadOnlyList<string>> WrongAsync(
        HistorySystem system,
        long concertId,
        SaleWorld world,
        int limit
    )
    {
        var database = system.Database;
        long[] customers = [.. world.Charged.Keys];
        var wrong = await database.ReadAsync<string>(
            WrongSql,
            concertId,
            customers,
            system.LostPins.ToArray(),
            limit
        );
        var wallets = await database.ReadAsync<string>(
            WrongWalletsSql,
            customers,
            world.Charged.Values.ToArray()
        );
        var cards = await database.ReadAsync<string>(CardsSql, customers);
        return
        [
            .. wrong,
            .. wallets,
            .. cards
                .Select(c => c.Split(' '))
                .Select(c => OfCard(system.Provider, c[0], c[1]))
                .OfType<string>(),
            .. system
                .Provider.Books.Where(b => b.Value.Status == ScriptedProvider.Taken)
                .Where(b => !cards.Contains($"{b.Key} COMPLETED"))
                .Select(b => $"{b.Key} was taken by the provider for no sale"),
            .. system.Provider.Complaints,
        ];
    }

    /// <summary>The provider has the money of sales, and of nothing else.</summary>
    private static string? OfCard(ScriptedProvider provider, string orderId, string status)
    {
        var atProvider = provider.Books.GetValueOrDefault(orderId).Status ?? "unknown";
        var agrees = status switch
        {
            "COMPLETED" => atProvider == ScriptedProvider.Taken,
            "REFUNDED" => atProvider == ScriptedProvider.Returned,
            _ => atProvider != ScriptedProvider.Taken,
        };
        return agrees ? null : $"{orderId} is {status}, at the provider {atProvider}";
    }
}
