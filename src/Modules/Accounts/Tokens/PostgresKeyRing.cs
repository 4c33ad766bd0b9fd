using System.Xml.Linq;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace ConcertReservation.Accounts;

/// <summary>
/// The keys that tokens are sealed with, kept in the database, so that every host opens what
/// another one sealed. Whoever can read the database can seal tokens: see docs/adr.
/// </summary>
internal sealed class PostgresKeyRing(NpgsqlDataSource dataSource) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = dataSource.CreateCommand(
            "SELECT xml FROM accounts.data_protection_keys ORDER BY created_at"
        );
        using var rows = command.ExecuteReader();
        var keys = new List<XElement>();
        while (rows.Read())
            keys.Add(XElement.Parse(rows.GetString(0)));
        return keys;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = dataSource.CreateCommand(
            """
            INSERT INTO accounts.data_protection_keys (name, xml) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET xml = excluded.xml
            """
        );
        command.Parameters.AddWithValue(friendlyName);
        command.Parameters.AddWithValue(element.ToString(SaveOptions.DisableFormatting));
        command.ExecuteNonQuery();
    }
}

/// <summary>
/// Makes the first key while no other host does: all hosts then begin with the same one.
/// </summary>
internal sealed class PrepareKeyRing(IDataProtectionProvider protection) : IDatabasePreparation
{
    public Task RunAsync(CancellationToken stop)
    {
        protection.CreateProtector(nameof(PrepareKeyRing)).Protect([]);
        return Task.CompletedTask;
    }
}
