using System.Runtime.CompilerServices;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>Rows about a person, for an export.</summary>
public static class PersonalRows
{
    /// <summary>Each row becomes a record of the kind; they are read as they are taken.</summary>
    /// <param name="sql">With the person's id as its only parameter.</param>
    public static async IAsyncEnumerable<PersonalRecord> ReadPersonalAsync(
        this NpgsqlDataSource dataSource,
        string kind,
        string sql,
        long customerId,
        Func<NpgsqlDataReader, object> read,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.AddWithValue(customerId);
        await using var row = await command.ExecuteReaderAsync(stop);
        while (await row.ReadAsync(stop))
            yield return new PersonalRecord(kind, read(row));
    }
}
