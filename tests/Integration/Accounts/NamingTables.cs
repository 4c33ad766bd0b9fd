using System.Text;

namespace ConcertReservation.Tests.Integration.Accounts;

/// <summary>Tables in whose rows somebody is named.</summary>
internal static class NamingTables
{
    /// <summary>The relay's rows are dropped by themselves, after a day.</summary>
    private const string Transport = "messaging.outbox";

    /// <param name="names">What is sought, as text and as bytes.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(
        TestDatabase database,
        IReadOnlyList<string> names
    )
    {
        var tables = await database.ReadAsync<string>(
            """
            SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE relkind IN ('r', 'p') AND NOT relispartition
                AND nspname NOT IN ('pg_catalog', 'information_schema')
            ORDER BY 1
            """
        );
        tables.Count.ShouldBeGreaterThan(30);
        // Bytes are shown as hexadecimal digits.
        var sought = names.Concat(
            names.Select(n => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(n)))
        );
        var naming = new List<string>();
        foreach (var table in tables.Where(t => t != Transport))
        {
            var found = await database.ScalarAsync<bool>(
                $"SELECT EXISTS (SELECT FROM {table} t WHERE t::text ILIKE ANY ($1))",
                (object)sought.Select(s => $"%{s}%").ToArray()
            );
            if (found)
                naming.Add(table);
        }

        return naming;
    }
}
