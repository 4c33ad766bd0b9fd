namespace ConcertReservation.Tests.Integration.Http;

/// <summary>What requests may change, in one text that is the same while nothing does.</summary>
internal static class Tables
{
    /// <summary>
    /// Each table that requests write, by its rows, and the outbox, without which no projection
    /// changes.
    /// </summary>
    /// <param name="but">Left out.</param>
    public static async Task<string> EverythingAsync(TestSystem system, params string[] but)
    {
        // How far the relay and the groups are, and when counts are compared, no request says.
        var tables = await system.Database.ReadAsync<string>(
            """
            SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE relkind IN ('r', 'p') AND NOT relispartition
                AND (nspname IN ('accounts', 'concerts', 'reservations', 'payments', 'messaging')
                    OR c.oid IN ('notifications.waitlist'::regclass,
                        'notifications.mails'::regclass, 'ranking.rebuild'::regclass,
                        'data_platform.rebuild'::regclass))
                AND c.oid NOT IN ('messaging.relay_position'::regclass,
                    'messaging.outbox_barriers'::regclass,
                    'messaging.consumer_positions'::regclass,
                    'concerts.seat_doubts'::regclass)
            ORDER BY 1
            """
        );
        tables.Count.ShouldBeGreaterThan(25);
        // One statement: a connection, an answer and a snapshot for all.
        var rows = await system.Database.ReadAsync<string>(
            string.Join(
                "\nUNION ALL ",
                tables
                    .Except(but)
                    .Select(table =>
                        $"""
                            SELECT '{table}: ' || count(*) || ' '
                                || coalesce(md5(string_agg(t::text, E'\n' ORDER BY t::text)), '')
                            FROM {table} t
                            """
                    )
            ) + "\nORDER BY 1"
        );
        return string.Join('\n', rows);
    }

    /// <summary>The same, once what went before has come to rest.</summary>
    public static async Task<string> SettledAsync(TestSystem system, params string[] but)
    {
        var last = "";
        await Eventually.Becomes(
            "nothing is under way, and nothing changes any more",
            async () =>
            {
                var left = await UnderWay.LeftAsync(system);
                if (left.Length > 0)
                    return left;

                var now = await EverythingAsync(system, but);
                (var isSame, last) = (now == last, now);
                return isSame ? "" : "tables that change";
            },
            left => left.Length == 0,
            TimeSpan.FromMinutes(3)
        );
        return last;
    }
}
