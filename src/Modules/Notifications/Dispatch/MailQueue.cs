using System.Diagnostics;
using Npgsql;

namespace ConcertReservation.Notifications;

/// <summary>
/// The mails that are due. Taking one raises its attempt and moves its due time behind the lease:
/// no transaction is open while it is sent, and what a dying host had taken comes back by itself. A
/// result is written only while the attempt is still the taker's; that a mail was sent is so for
/// whoever has it by then, as long as it is the same one to the same address.
/// </summary>
internal sealed class MailQueue(NpgsqlDataSource dataSource)
{
    private const string Unbroken = "breaks = 0, broken_since = NULL";

    /// <summary>Any but those to waitlists, which have their turns.</summary>
    public async Task<IReadOnlyList<OutgoingMail>> TakeAsync(
        int max,
        TimeSpan lease,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(
            $"""
            WITH due AS (
                SELECT id FROM notifications.mails
                WHERE state = 'pending' AND waitlist_concert_id IS NULL
                    AND next_attempt_at <= (SELECT clock.now())
                ORDER BY next_attempt_at, id
                LIMIT $1 FOR UPDATE SKIP LOCKED
            )
            {TakeDue("clock.now() + $2")}
            """
        );
        command.Parameters.AddWithValue(max);
        command.Parameters.AddWithValue(lease);
        return await ReadAsync(command, stop);
    }

    /// <summary>
    /// Those to a concert's waitlist, while it is this host's turn to tell it; none where that has
    /// lapsed.
    /// </summary>
    /// <remarks>
    /// None is skipped, for the next one would overtake it. To wait for one may take long.
    /// </remarks>
    public async Task<IReadOnlyList<OutgoingMail>> TakeAsync(
        WaitlistTurn turn,
        int max,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(
            $"""
            WITH due AS (
                SELECT id FROM notifications.mails
                WHERE state = 'pending' AND waitlist_concert_id = $3
                    AND next_attempt_at <= (SELECT clock.now())
                    AND EXISTS (
                        SELECT FROM notifications.waitlist_turns
                        WHERE concert_id = $3 AND number = $4
                            AND taken_until > (SELECT clock.now()))
                ORDER BY id
                LIMIT $1 FOR UPDATE
            )
            {TakeDue("$2")}
            """
        );
        command.Parameters.AddWithValue(max);
        command.Parameters.AddWithValue(turn.MailsUntil);
        command.Parameters.AddWithValue(turn.ConcertId);
        command.Parameters.AddWithValue(turn.Number);
        return await ReadAsync(command, stop);
    }

    /// <remarks>
    /// What has come back by then stays bounced. One that goes to another address by then, or was
    /// asked for again, is still to be sent.
    /// </remarks>
    public async Task MarkSentAsync(OutgoingMail mail)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            UPDATE notifications.mails
            SET state = 'sent', sent_at = clock.now(), reason = NULL, {Unbroken}
            WHERE id = $1 AND recipient = $2 AND resends = $3 AND state NOT IN ('sent', 'bounced')
            """
        );
        command.Parameters.AddWithValue(mail.Id);
        command.Parameters.AddWithValue(mail.Recipient);
        command.Parameters.AddWithValue(mail.Resends);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Given up, for the reason.</summary>
    public Task MarkFailedAsync(OutgoingMail mail, string reason) =>
        UpdateAsync(mail, $"state = 'failed', reason = $3, {Unbroken}", reason);

    /// <summary>To be tried again after the delay.</summary>
    public Task PostponeAsync(OutgoingMail mail, TimeSpan delay, string reason) =>
        UpdateAsync(
            mail,
            $"reason = $3, next_attempt_at = clock.now() + $4, {Unbroken}",
            reason,
            delay
        );

    /// <summary>The same; what else breaks at it is its own doing, too.</summary>
    public Task BlameAsync(OutgoingMail mail, TimeSpan delay, string reason) =>
        UpdateAsync(
            mail,
            $"""
            reason = $3, next_attempt_at = clock.now() + $4,
            breaks = {MailHandover.PatientBreaks}, broken_since = clock.now()
            """,
            reason,
            delay
        );

    /// <summary>
    /// The server broke off at it: as long as that may be the server's doing, it is no attempt.
    /// </summary>
    /// <param name="aside">For so long others go before it.</param>
    public Task BreakOffAsync(OutgoingMail mail, TimeSpan aside, string reason) =>
        UpdateAsync(
            mail,
            """
            attempts = attempts - 1, reason = $3, next_attempt_at = clock.now() + $4,
            breaks = breaks + 1, broken_since = coalesce(broken_since, clock.now())
            """,
            reason,
            aside
        );

    /// <summary>
    /// Not tried: an outage says nothing about the mail, so the attempt does not count.
    /// </summary>
    public Task GiveBackAsync(OutgoingMail mail, string? reason) =>
        UpdateAsync(
            mail,
            "attempts = attempts - 1, next_attempt_at = clock.now(), reason = $3",
            (object?)reason ?? DBNull.Value
        );

    /// <param name="until">An expression: when they are due again.</param>
    private static string TakeDue(string until) =>
        $"""
            UPDATE notifications.mails m
            SET attempts = attempts + 1, next_attempt_at = {until}
            FROM due WHERE m.id = due.id
            RETURNING m.id, m.attempts, m.attempts - m.attempts_before, m.resends, m.event_id,
                m.kind, m.recipient, m.recipient_name, m.created_at, m.traceparent, m.breaks,
                coalesce(clock.now() - m.broken_since, interval '0'), {StoredMail.Columns}
            """;

    private async Task UpdateAsync(OutgoingMail mail, string assignments, params object[] values)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            UPDATE notifications.mails SET {assignments}
            WHERE id = $1 AND attempts = $2 AND state = 'pending'
            """
        );
        command.Parameters.AddWithValue(mail.Id);
        command.Parameters.AddWithValue(mail.Attempt);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<IReadOnlyList<OutgoingMail>> ReadAsync(
        NpgsqlCommand command,
        CancellationToken stop
    )
    {
        var mails = new List<OutgoingMail>();
        await using var row = await command.ExecuteReaderAsync(stop);
        while (await row.ReadAsync(stop))
        {
            mails.Add(
                new OutgoingMail(
                    row.GetInt64(0),
                    row.GetInt32(1),
                    row.GetInt32(2),
                    row.GetInt32(3),
                    row.GetGuid(4),
                    row.GetString(5),
                    row.GetString(6),
                    row.GetString(7),
                    StoredMail.Read(row, first: 12),
                    row.GetFieldValue<DateTimeOffset>(8),
                    await row.IsDBNullAsync(9, stop) ? null : row.GetString(9),
                    row.GetInt32(10),
                    Before(row.GetFieldValue<TimeSpan>(11))
                )
            );
        }

        // RETURNING keeps no order; customers should get theirs in the order of events.
        mails.Sort((a, b) => a.Id.CompareTo(b.Id));
        return mails;
    }

    /// <summary>The clock of this host may be another one than the database's.</summary>
    private static long Before(TimeSpan time) =>
        Stopwatch.GetTimestamp() - (long)(time.TotalSeconds * Stopwatch.Frequency);
}
