using ConcertReservation.BuildingBlocks.Data;

namespace ConcertReservation.DataPlatform;

/// <summary>The tables of the statistics, and those that are built to take their place.</summary>
/// <remarks>
/// A migration that changes one has to set <c>data_platform.rebuild.safe_seq</c> to null where a
/// rebuild runs: it begins again, with tables like the changed ones.
/// </remarks>
internal static class StatisticsTables
{
    /// <summary>Where they are read, and live events counted.</summary>
    public const string Schema = "data_platform";

    /// <summary>Where new ones are built, under the same names.</summary>
    public const string NewSchema = "data_platform_rebuild";

    private static readonly string[] Names =
    [
        "customers",
        "concerts",
        "reservations",
        "payments",
        "customer_totals",
        "customer_hours",
        "concert_totals",
        "hours",
    ];

    private static readonly string All = string.Join(", ", Names.Select(n => $"{Schema}.{n}"));

    /// <summary>
    /// New tables with all that the present ones have but rows: constraints, indexes, which get the
    /// same names in a schema of their own, settings, comments and grants.
    /// </summary>
    private static readonly string CreateSql = $$"""
        DROP SCHEMA IF EXISTS {{NewSchema}} CASCADE;
        CREATE SCHEMA {{NewSchema}};
        DO $do$
        DECLARE
            known record;
            allowed record;
        BEGIN
            FOR known IN
                SELECT relname AS name, relacl AS acl, obj_description(oid, 'pg_class') AS about,
                    'WITH (' || array_to_string(reloptions, ', ') || ')' AS settings
                FROM pg_class
                WHERE relnamespace = '{{Schema}}'::regnamespace
                    AND relname IN ({{string.Join(", ", Names.Select(n => $"'{n}'"))}})
            LOOP
                EXECUTE format('CREATE TABLE {{NewSchema}}.%1$I '
                    '(LIKE {{Schema}}.%1$I INCLUDING ALL) %2$s', known.name, known.settings);
                EXECUTE format('COMMENT ON TABLE {{NewSchema}}.%I IS %L', known.name, known.about);
                FOR allowed IN
                    SELECT privilege_type AS what,
                        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS whom,
                        CASE WHEN is_grantable THEN 'WITH GRANT OPTION' END AS further
                    FROM aclexplode(known.acl)
                LOOP
                    EXECUTE format('GRANT %s ON {{NewSchema}}.%I TO %s %s',
                        allowed.what, known.name, allowed.whom, allowed.further);
                END LOOP;
            END LOOP;
        END
        $do$;
        """;

    private static readonly string SwapSql = $"""
        DROP TABLE {All};
        {string.Concat(Names.Select(n => $"ALTER TABLE {NewSchema}.{n} SET SCHEMA {Schema};\n"))}
        DROP SCHEMA {NewSchema};
        """;

    public static Task CreateNewAsync(UnitOfWork work, CancellationToken stop) =>
        work.Connection.ExecuteAsync(CreateSql, stop);

    /// <summary>Until the unit of work ends, nobody reads the present ones.</summary>
    public static Task LockAsync(UnitOfWork work, CancellationToken stop) =>
        work.Connection.ExecuteAsync($"LOCK TABLE {All} IN ACCESS EXCLUSIVE MODE", stop);

    /// <summary>The new ones take the place of those that are locked.</summary>
    public static Task SwapAsync(UnitOfWork work, CancellationToken stop) =>
        work.Connection.ExecuteAsync(SwapSql, stop);
}
