using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>The numbers that stand for groups in the inbox.</summary>
internal static class GroupTable
{
    /// <summary>Asked first, so that a start uses up no number.</summary>
    private const string Sql = """
        WITH added AS (
            INSERT INTO messaging.consumer_groups (consumer_group)
            SELECT $1 WHERE NOT EXISTS (
                SELECT FROM messaging.consumer_groups WHERE consumer_group = $1)
            ON CONFLICT DO NOTHING RETURNING group_id)
        SELECT group_id FROM added
        UNION ALL SELECT group_id FROM messaging.consumer_groups WHERE consumer_group = $1
        """;

    public static async Task<int> IdOfAsync(
        NpgsqlDataSource dataSource,
        string group,
        CancellationToken stop
    )
    {
        while (true)
        {
            await using var command = dataSource.CreateCommand(Sql);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = group });
            // Nothing where another host adds it at this moment: its row is seen by the next
            // statement.
            if (await command.ExecuteScalarAsync(stop) is int id)
                return id;
        }
    }
}
