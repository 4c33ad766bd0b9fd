using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Whether anything was published since a snapshot of the database: who has read something that
/// changes with its events alone need not read it again.
/// </summary>
public static class OutboxChanges
{
    /// <summary>What a reader selects beside what it reads, in the same statement.</summary>
    public const string SnapshotSql = "pg_current_snapshot()::text";

    /// <remarks>
    /// By transaction, as the relay reads: one that began earlier may commit later. The limit makes
    /// the planner go by the index, and where it is reached, much has changed.
    /// </remarks>
    private const string AnySql = """
        SELECT count(*) = 1000 OR coalesce(
            bool_or(topic = $1 AND NOT pg_visible_in_snapshot(xid, $2::text::pg_snapshot)), false)
        FROM (
            SELECT topic, xid FROM messaging.outbox
            WHERE xid >= pg_snapshot_xmin($2::text::pg_snapshot)
            ORDER BY xid
            LIMIT 1000) recent
        """;

    /// <param name="snapshot">At most some hours old: the outbox forgets after a day.</param>
    /// <returns>true also where too much was published to be sure.</returns>
    public static async Task<bool> AnyAsync(
        NpgsqlConnection connection,
        string topic,
        string snapshot,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(AnySql, connection);
        command.Parameters.AddWithValue(topic);
        command.Parameters.AddWithValue(snapshot);
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }
}
