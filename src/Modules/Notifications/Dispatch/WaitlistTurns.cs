using Npgsql;

namespace ConcertReservation.Notifications;

/// <param name="Number">The proof that the turn is still the taker's.</param>
/// <param name="MailsUntil">When mails that are taken in it are due again.</param>
internal sealed record WaitlistTurn(long ConcertId, long Number, DateTimeOffset MailsUntil);

/// <summary>
/// Whose turn it is to tell a concert's waitlist: one host's at a time. That of a host which died
/// lapses, with its mails.
/// </summary>
internal sealed class WaitlistTurns(NpgsqlDataSource dataSource)
{
    /// <summary>
    /// Mails must be due again before the turn lapses, or the next host would tell those behind
    /// them first.
    /// </summary>
    private static readonly TimeSpan LongerThanMails = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The concert that was told least recently, of those with mails due that nobody tells.
    /// Concerts are found by steps from one to the next, not by reading all of their mails.
    /// </summary>
    private const string TakeSql = """
        WITH RECURSIVE waiting (concert_id) AS (
            SELECT min(waitlist_concert_id) FROM notifications.mails
            WHERE state = 'pending' AND waitlist_concert_id IS NOT NULL
            UNION ALL
            SELECT (
                SELECT min(waitlist_concert_id) FROM notifications.mails
                WHERE state = 'pending' AND waitlist_concert_id > waiting.concert_id)
            FROM waiting WHERE waiting.concert_id IS NOT NULL
        ), next AS (
            SELECT concert_id
            FROM waiting LEFT JOIN notifications.waitlist_turns turn USING (concert_id)
            WHERE (turn.taken_until IS NULL OR turn.taken_until <= (SELECT clock.now()))
                AND EXISTS (
                    SELECT 1 FROM notifications.mails m
                    WHERE m.state = 'pending' AND m.waitlist_concert_id = waiting.concert_id
                        AND m.next_attempt_at <= (SELECT clock.now()))
            ORDER BY turn.taken_until NULLS FIRST
            LIMIT 1
        )
        INSERT INTO notifications.waitlist_turns AS turn (concert_id, number, taken_until)
        SELECT concert_id, 1, clock.now() + $1 FROM next
        ON CONFLICT (concert_id) DO UPDATE
            SET number = turn.number + 1, taken_until = excluded.taken_until
            WHERE turn.taken_until <= (SELECT clock.now())
        RETURNING concert_id, number, taken_until - $2
        """;

    /// <param name="lease">Of the mails that are taken in it.</param>
    /// <returns>null where nobody waits to be told, or others tell them.</returns>
    public async Task<WaitlistTurn?> TakeAsync(TimeSpan lease, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(TakeSql);
        command.Parameters.AddWithValue(lease + LongerThanMails);
        command.Parameters.AddWithValue(LongerThanMails);
        await using var row = await command.ExecuteReaderAsync(stop);
        return await row.ReadAsync(stop)
            ? new(row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<DateTimeOffset>(2))
            : null;
    }

    public async Task EndAsync(WaitlistTurn turn)
    {
        await using var command = dataSource.CreateCommand(
            """
            UPDATE notifications.waitlist_turns SET taken_until = clock.now()
            WHERE concert_id = $1 AND number = $2
            """
        );
        command.Parameters.AddWithValue(turn.ConcertId);
        command.Parameters.AddWithValue(turn.Number);
        await command.ExecuteNonQueryAsync();
    }
}
