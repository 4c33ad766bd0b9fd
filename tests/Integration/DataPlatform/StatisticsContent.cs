namespace ConcertReservation.Tests.Integration.DataPlatform;

/// <summary>All of the statistics, as text that can be compared.</summary>
internal static class StatisticsContent
{
    public static IReadOnlyList<string> Tables { get; } =
    [
        "reservations",
        "concerts",
        "customers",
        "hours",
        "concert_totals",
        "customer_totals",
        "customer_hours",
    ];

    public static async Task<string> ReadAsync(TestDatabase database)
    {
        var tables = new List<string>();
        foreach (var table in Tables)
        {
            tables.Add(
                await database.ScalarAsync<string>(
                    $"""
                    SELECT '{table}' || coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '')
                    FROM data_platform.{table} t
                    """
                )
            );
        }

        return string.Join('\n', tables);
    }

    /// <summary>The same, once all that was published is counted.</summary>
    public static async Task<string> SettledAsync(TestDatabase database)
    {
        await Eventually.Until(
            "all that was published is counted",
            () =>
                database.ScalarAsync<bool>(
                    """
                    SELECT NOT EXISTS (SELECT FROM messaging.outbox o
                        WHERE NOT EXISTS (SELECT FROM data_platform.events e
                            WHERE e.key = o.key AND e.version = o.version))
                    """
                )
        );
        return await ReadAsync(database);
    }

    /// <summary>All that belongs to the tables but their rows.</summary>
    public static Task<string> DescribeTablesAsync(TestDatabase database) =>
        database.ScalarAsync<string>(
            """
            SELECT string_agg(concat_ws(' ', c.relname, c.reloptions, c.relacl,
                obj_description(c.oid, 'pg_class'), parts.described), E'\n' ORDER BY c.relname)
            FROM pg_class c, LATERAL (
                SELECT string_agg(part, E'\n' ORDER BY part) AS described FROM (
                    SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = c.oid
                    UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid)
                    FROM pg_constraint WHERE conrelid = c.oid
                    UNION ALL SELECT concat_ws(' ', attname, atttypid::regtype, attnotnull,
                        pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
                    FROM pg_attribute
                    LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
                    WHERE attrelid = c.oid AND attnum > 0) AS p (part)) AS parts
            WHERE c.relnamespace = 'data_platform'::regnamespace AND c.relname = ANY($1)
            """,
            Tables
        );
}
