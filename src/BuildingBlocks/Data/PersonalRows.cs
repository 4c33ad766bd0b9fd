using System.Runtime.CompilerServices;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>Rows about a person, for an export.</summary>
public static class PersonalRows
{
    /// <summary>Rows that are read at a time; whoever takes them may be slow.</summary>
    public const int PageRows = 500;

    /// <summary>
    /// Of one statement that erases: a person may have thousands of mails or events, and nobody
    /// waits for it. Well below the time after which another host takes over.
    /// </summary>
    public const int EraseTimeoutSeconds = 60;

    /// <summary>
    /// Each row becomes a record of the kind. Page by page, each row as it is when its page is
    /// read: no connection and no snapshot is kept meanwhile.
    /// </summary>
    /// <param name="sql">
    /// With the person's id, the id of the last row before, and the number of rows as parameters;
    /// the row's own id, which is never negative, is the first column, and rows come by it.
    /// </param>
    public static async IAsyncEnumerable<PersonalRecord> ReadPersonalAsync(
        this NpgsqlDataSource dataSource,
        string kind,
        string sql,
        long customerId,
        Func<NpgsqlDataReader, object> read,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        var rows = InPagesAsync(
            behind => PageAsync(dataSource, sql, customerId, behind, read, stop),
            row => row.Id
        );
        await foreach (var (_, value) in rows)
            yield return new PersonalRecord(kind, value);
    }

    /// <summary>
    /// Page by page, by an id that is never negative; nothing is kept open meanwhile.
    /// </summary>
    /// <param name="pageBehind">
    /// The next <see cref="PageRows"/> at most with a higher id, in their order.
    /// </param>
    public static async IAsyncEnumerable<T> InPagesAsync<T>(
        Func<long, Task<List<T>>> pageBehind,
        Func<T, long> idOf
    )
    {
        var behind = -1L;
        List<T> page;
        do
        {
            page = await pageBehind(behind);
            foreach (var one in page)
            {
                yield return one;
                behind = idOf(one);
            }
        } while (page.Count == PageRows);
    }

    private static async Task<List<(long Id, object Value)>> PageAsync(
        NpgsqlDataSource dataSource,
        string sql,
        long customerId,
        long behind,
        Func<NpgsqlDataReader, object> read,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.AddWithValue(customerId);
        command.Parameters.AddWithValue(behind);
        command.Parameters.AddWithValue(PageRows);
        await using var row = await command.ExecuteReaderAsync(stop);
        var page = new List<(long, object)>();
        while (await row.ReadAsync(stop))
            page.Add((row.GetInt64(0), read(row)));
        return page;
    }
}
