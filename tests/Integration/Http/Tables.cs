namespace ConcertReservation.Tests.Integration.Http;

/// <summary>What requests may change, in one text that is the same while nothing does.</summary>
internal static class Tables
{
    /// <summary>
    /// Each table that requests write, by its rows, and the outbox,
    /// without which no projection changes.
    /// </summary>
    /// <param name="but">Left out.</param>
    public static async Task<string> EverythingAsync(TestSystem system, params string[] but)
    {
        var tables = await system.Database.ReadAsync<string>(
            """
            SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE relkind = 'r' AND nspname IN ('accounts', 'concerts', 'reservations', 'payments')
                OR c.oid IN ('notifications.waitlist'::regclass, 'messaging.outbox'::regclass)
            ORDER BY 1
            """
        );
        tables.Count.ShouldBeGreaterThan(15);
        var rows = await Task.WhenAll(
            tables
                .Except(but)
                .Select(table =>
                    system.Database.ScalarAsync<string>(
                        $"""
                        SELECT '{table}: ' || count(*) || ' '
                            || coalesce(md5(string_agg(t::text, E'\n' ORDER BY t::text)), '')
                        FROM {table} t
                        """
                    )
                )
        );
        return string.Join('\n', rows);
    }

    /// <summary>The same, once what went before has come to rest.</summary>
    public static async Task<string> SettledAsync(TestSystem system, params string[] but)
    {
        var last = "";
        await Eventually.Until(
            "nothing changes any more",
            async () =>
            {
                if (await PendingAsync(system) > 0)
                    return false;

                var now = await EverythingAsync(system, but);
                (var isSame, last) = (now == last, now);
                return isSame;
            },
            TimeSpan.FromSeconds(60)
        );
        return last;
    }

    /// <summary>What consumers have still to learn of what went before.</summary>
    private static Task<long> PendingAsync(TestSystem system) =>
        system.Database.ScalarAsync<long>(
            """
            SELECT (SELECT count(*) FROM accounts.customers)
                - (SELECT count(*) FROM reservations.customers)
                + (SELECT count(*) FROM concerts.concerts)
                - (SELECT count(*) FROM reservations.concerts)
            """
        );
}
