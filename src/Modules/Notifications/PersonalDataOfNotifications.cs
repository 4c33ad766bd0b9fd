using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Notifications;

/// <summary>
/// Where and how a customer is written to, what was written, and what they wait for.
/// </summary>
internal sealed class PersonalDataOfNotifications(UnitOfWork work, NpgsqlDataSource dataSource)
    : IPersonalData
{
    /// <remarks>
    /// The row stays and says so: an event that comes late makes no new copy. The last mail, which
    /// tells of this, has a day to be sent; others that wait are not sent any more.
    /// </remarks>
    private static readonly string[] EraseSql =
    [
        "UPDATE notifications.reservations SET email = $2 WHERE user_id = $1 AND email <> $2",
        """
            UPDATE notifications.reservations SET email = $2
            WHERE user_id IS NULL AND email <> $2 AND email IN (
                SELECT email FROM notifications.users WHERE user_id = $1
                UNION SELECT recipient FROM notifications.mails WHERE user_id = $1)
            """,
        $"""
            INSERT INTO notifications.users (user_id, email, name, language, version, is_deleted)
            VALUES ($1, $2, '', '{Languages.Default}', 0, true)
            ON CONFLICT (user_id) DO UPDATE
                SET email = excluded.email, name = excluded.name, is_deleted = true
            """,
        "DELETE FROM notifications.waitlist WHERE user_id = $1",
        """
            UPDATE notifications.mails
            SET recipient = $2, recipient_name = '', subject = '', facts = NULL, text = NULL,
                html = NULL, reason = NULL,
                state = CASE state WHEN 'pending' THEN 'failed' ELSE state END
            WHERE user_id = $1 AND recipient <> $2
                AND (state <> 'pending' OR kind <> 'account-deleted'
                    OR created_at < (SELECT clock.now()) - interval '1 day')
            """,
    ];

    internal sealed record Contact(string Email, string Name, string Language);

    /// <param name="Reason">
    /// What the last attempt failed by, or why it came back: servers like to name the address.
    /// </param>
    internal sealed record OwnMail(
        long MailId,
        string Kind,
        string Recipient,
        string Subject,
        string Text,
        string State,
        string? Reason,
        DateTimeOffset CreatedAt,
        DateTimeOffset? SentAt
    );

    internal sealed record Waiting(long ConcertId, string Email, DateTimeOffset JoinedAt);

    public string Section => "notifications";

    public IAsyncEnumerable<PersonalRecord> ReadAsync(long customerId, CancellationToken stop) =>
        dataSource
            .ReadPersonalAsync(
                "contact",
                """
                SELECT user_id, email, name, language FROM notifications.users
                WHERE user_id = $1 AND user_id > $2 LIMIT $3
                """,
                customerId,
                row => new Contact(row.GetString(1), row.GetString(2), row.GetString(3)),
                stop
            )
            .Concat(
                dataSource.ReadPersonalAsync(
                    "waitlist",
                    """
                    SELECT concert_id, email, joined_at FROM notifications.waitlist
                    WHERE user_id = $1 AND concert_id > $2 ORDER BY concert_id LIMIT $3
                    """,
                    customerId,
                    row => new Waiting(
                        row.GetInt64(0),
                        row.GetString(1),
                        row.GetFieldValue<DateTimeOffset>(2)
                    ),
                    stop
                )
            )
            .Concat(
                dataSource.ReadPersonalAsync(
                    "mails",
                    $"""
                    SELECT id, kind, recipient, state, reason, created_at, sent_at,
                        {StoredMail.Columns}
                    FROM notifications.mails
                    WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3
                    """,
                    customerId,
                    Read,
                    stop
                )
            );

    public Task EraseAsync(long customerId, CancellationToken stop) =>
        work.RunAsync(
            async stop =>
            {
                await using var batch = new NpgsqlBatch(work.Connection)
                {
                    Timeout = PersonalRows.EraseTimeoutSeconds,
                };
                foreach (var sql in EraseSql)
                {
                    var command = new NpgsqlBatchCommand(sql);
                    command.Parameters.AddWithValue(customerId);
                    command.Parameters.AddWithValue(PersonalFields.ErasedEmail);
                    batch.BatchCommands.Add(command);
                }

                return await batch.ExecuteNonQueryAsync(stop);
            },
            stop
        );

    private static OwnMail Read(NpgsqlDataReader row)
    {
        var written = StoredMail.Read(row, first: 7);
        return new(
            row.GetInt64(0),
            row.GetString(1),
            row.GetString(2),
            written.Subject,
            written.Text,
            row.GetString(3),
            row.IsDBNull(4) ? null : row.GetString(4),
            row.GetFieldValue<DateTimeOffset>(5),
            row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6)
        );
    }
}
