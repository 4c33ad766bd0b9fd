using System.Text;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration.Accounts;

/// <summary>Tables in whose rows somebody is named.</summary>
internal static class NamingTables
{
    /// <param name="names">What is sought, as text and as bytes.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(
        TestDatabase database,
        params IReadOnlyList<string> names
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
        var forms = names.SelectMany(Forms).ToArray();
        var naming = new List<string>();
        foreach (var table in tables)
        {
            var found = await database.ScalarAsync<bool>(
                $"""
                SELECT EXISTS (SELECT FROM {table} t, unnest($1) AS form
                    WHERE strpos(lower(t::text), lower(form)) > 0)
                """,
                (object)forms
            );
            if (found)
                naming.Add(table);
        }

        return naming;
    }

    /// <summary>
    /// As it is, as JSON has it that is ASCII alone, and both as bytes, which a row shows as
    /// hexadecimal digits.
    /// </summary>
    public static IEnumerable<string> Forms(string name)
    {
        var escaped = JsonSerializer.Serialize(name)[1..^1];
        yield return name;
        yield return Hexadecimal(name);
        if (escaped == name)
            yield break;

        // A row shows a backslash as two.
        yield return escaped;
        yield return escaped.Replace(@"\", @"\\", StringComparison.Ordinal);
        yield return Hexadecimal(escaped);
        yield return Hexadecimal(escaped.ToLowerInvariant());
    }

    private static string Hexadecimal(string text) =>
        Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
}
