using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.DataPlatform;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcertReservation.Tests.Integration.DataPlatform;

/// <summary>All of the statistics, as text that can be compared.</summary>
internal static class StatisticsContent
{
    public static IReadOnlyList<string> Tables { get; } =
    [
        "reservations",
        "payments",
        "concerts",
        "customers",
        "hours",
        "concert_totals",
        "customer_totals",
        "customer_hours",
    ];

    public static Task<string> ReadAsync(TestDatabase database) =>
        database.ScalarAsync<string>(AllSql(StatisticsTables.Schema));

    /// <summary>
    /// What they would be, had the events of the store come in such batches; nothing is kept.
    /// </summary>
    public static async Task<string> OfAsync(
        TestHost host,
        Func<CountedEvent[], IEnumerable<CountedEvent[]>> batches
    )
    {
        await using var scope = host.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        return await work.RunAsync(
            async stop =>
            {
                await StatisticsTables.CreateNewAsync(work, stop);
                var all = await EventStore.ReadPageAsync(work, 0, long.MaxValue, 10_000, stop);
                foreach (var batch in batches([.. all.Select(e => e.Event)]))
                    await Statistics.ApplyAsync(work, StatisticsTables.NewSchema, batch, stop);
                await using var command = new NpgsqlCommand(
                    AllSql(StatisticsTables.NewSchema),
                    work.Connection
                );
                return (string)(await command.ExecuteScalarAsync(stop))!;
            },
            commits: _ => false,
            CancellationToken.None
        );
    }

    private static string AllSql(string schema) =>
        "SELECT concat_ws(E'\\n', "
        + string.Join(
            ", ",
            Tables.Select(table =>
                $"""
                    (SELECT '{table}' || coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '')
                    FROM {schema}.{table} t)
                    """
            )
        )
        + ")";

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
