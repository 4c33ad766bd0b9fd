using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// A dump that was restored into a new server keeps the transaction numbers of the old
/// one, while the new one counts from the beginning: its new rows would look relayed, and
/// its kept ones as not yet there.
/// </summary>
internal static class RestoredDatabase
{
    /// <summary>
    /// Gives rows that are ahead of the server a number of its own. They are looked for by
    /// themselves: a dump taken with a backlog has rows far ahead of its position, which each
    /// snapshot of the new server would show as new again and again.
    /// </summary>
    /// <returns>Whether that was so: everything kept is to be relayed again.</returns>
    public static async Task<bool> RenumberAsync(
        NpgsqlConnection connection,
        Snapshot position,
        CancellationToken stop
    )
    {
        await using var ask = new NpgsqlCommand(
            """
            SELECT $1 > pg_snapshot_xmax(pg_current_snapshot()) OR EXISTS (
                SELECT FROM messaging.outbox
                WHERE xid >= (SELECT pg_snapshot_xmax(pg_current_snapshot())))
            """,
            connection
        )
        {
            Parameters = { XidParameters.Of(position.Xmax) },
        };
        if (await ask.ExecuteScalarAsync(stop) is not true)
            return false;

        await using var renumber = new NpgsqlCommand(
            """
            UPDATE messaging.outbox SET xid = pg_current_xact_id()
            WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())
            """,
            connection
        )
        {
            CommandTimeout = 0,
        };
        await renumber.ExecuteNonQueryAsync(stop);
        return true;
    }
}
