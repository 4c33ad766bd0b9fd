using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Notifications;

/// <summary>
/// Writes mails into the queue, any number in one statement, once for an event, customer and kind.
/// </summary>
internal sealed class MailQueueWriter(UnitOfWork work, KnownFacts known)
{
    public async Task WriteAsync(IReadOnlyCollection<PersonalMail> mails, CancellationToken stop)
    {
        if (mails.Count == 0)
            return;

        var users = await known.LockUsersAsync(mails.Select(m => m.UserId), stop);
        var concerts = await known.ConcertsAsync(mails.Select(m => m.ConcertId ?? 0), stop);
        await InsertAsync([.. mails.Where(HasReader).Select(Address)], stop);

        // Whoever has deleted their account hears of that, and of nothing else any more.
        bool HasReader(PersonalMail mail) =>
            mail.IsToThisAddress || users.GetValueOrDefault(mail.UserId) is not { IsDeleted: true };

        QueuedMail Address(PersonalMail mail)
        {
            var user = users.GetValueOrDefault(mail.UserId);
            // Of who was erased the copy tells neither address nor language.
            var (email, language) =
                mail.IsToThisAddress || user is null
                    ? (mail.Email, mail.Language)
                    : (user.Email, user.Language);
            var concert = concerts.GetValueOrDefault(mail.ConcertId ?? 0);
            var facts = mail.Facts with
            {
                CustomerName = user?.Name ?? "",
                Venue = concert?.Venue,
                StartsAt = concert?.StartsAt,
            };
            return new QueuedMail(
                mail.EventId,
                mail.UserId,
                MailComposer.LanguageOf(language),
                email,
                facts,
                mail.TraceParent
            );
        }
    }

    /// <summary>Refunds whose customer no event has named yet are kept until one does.</summary>
    public async Task WriteAsync(IReadOnlyCollection<Refund> refunds, CancellationToken stop)
    {
        if (refunds.Count == 0)
            return;

        var users = await known.LockUsersAsync(refunds.Select(r => r.UserId), stop);
        var reservations = await known.ReservationsAsync(
            refunds.Select(r => r.ReservationId),
            stop
        );
        var mails = new List<PersonalMail>();
        var unaddressed = new List<Refund>();
        foreach (var refund in refunds)
        {
            var user = users.GetValueOrDefault(refund.UserId);
            var reservation = reservations.GetValueOrDefault(refund.ReservationId);
            if ((user?.Email ?? reservation?.Email) is { } email)
                mails.Add(Mail(refund, email, user, reservation));
            else
                unaddressed.Add(refund);
        }

        await WriteAsync(mails, stop);
        await KeepAsync(unaddressed, stop);
    }

    /// <summary>Addresses the refunds whose customer or reservation has become known.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> AddressRefundsAsync(int max, CancellationToken stop)
    {
        var refunds = new List<Refund>();
        await using (
            var command = new NpgsqlCommand(
                """
                DELETE FROM notifications.unaddressed_refunds WHERE event_id IN (
                    SELECT event_id FROM notifications.unaddressed_refunds r
                    WHERE EXISTS (
                            SELECT 1 FROM notifications.users u WHERE u.user_id = r.user_id)
                        OR EXISTS (
                            SELECT 1 FROM notifications.reservations n
                            WHERE n.reservation_id = r.reservation_id)
                    LIMIT $1 FOR UPDATE SKIP LOCKED)
                RETURNING event_id, user_id, reservation_id, payment_id, amount, payment_method,
                    traceparent
                """,
                work.Connection
            )
        )
        {
            command.Parameters.AddWithValue(max);
            await using var row = await command.ExecuteReaderAsync(stop);
            while (await row.ReadAsync(stop))
            {
                refunds.Add(
                    new Refund(
                        row.GetGuid(0),
                        row.GetInt64(1),
                        row.GetInt64(2),
                        row.GetInt64(3),
                        new Money(row.GetInt64(4)),
                        row.GetString(5)
                    )
                    {
                        TraceParent = await row.IsDBNullAsync(6, stop) ? null : row.GetString(6),
                    }
                );
            }
        }

        await WriteAsync(refunds, stop);
        return refunds.Count;
    }

    /// <summary>
    /// One mail for everyone who was waiting when it happened, multiplied by the database.
    /// </summary>
    public async Task WriteAsync(WaitlistNotice notice, CancellationToken stop)
    {
        await known.LockWaitingAsync(notice.ConcertId, stop);
        var concerts = await known.ConcertsAsync([notice.ConcertId], stop);
        var concert = concerts.GetValueOrDefault(notice.ConcertId);
        var facts = notice.Facts with { Venue = concert?.Venue, StartsAt = concert?.StartsAt };

        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO notifications.mails
                (event_id, user_id, kind, language, recipient, recipient_name, subject, facts,
                traceparent, waitlist_concert_id)
            SELECT $1, w.user_id, $2, m.language, coalesce(u.email, w.email),
                coalesce(u.name, ''), m.subject, $5::json, $8, w.concert_id
            FROM notifications.waitlist w
                LEFT JOIN notifications.users u USING (user_id)
                JOIN unnest($3::text[], $4::text[]) AS m (language, subject)
                    ON m.language =
                        CASE WHEN u.language = ANY($3) THEN u.language
                            ELSE '{Languages.Default}' END
            WHERE w.concert_id = $6 AND w.joined_at <= $7 AND u.is_deleted IS NOT TRUE
            ORDER BY w.joined_at, w.user_id
            ON CONFLICT (event_id, user_id, kind) DO NOTHING
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(notice.EventId);
        command.Parameters.AddWithValue(facts.Kind.Name());
        command.Parameters.AddWithValue(Languages.All.ToArray());
        command.Parameters.AddWithValue(
            Languages.All.Select(l => MailComposer.SubjectOf(facts, l)).ToArray()
        );
        command.Parameters.AddWithValue(StoredMail.FactsOf(facts));
        command.Parameters.AddWithValue(notice.ConcertId);
        command.Parameters.AddWithValue(notice.OccurredAt.UtcDateTime);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = notice.TraceParent });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// Of customers who have moved: what the copies of them say is so by now. A new address has all
    /// its tries, and how one at the old address ends is nobody's any more.
    /// </summary>
    public async Task RedirectAsync(IReadOnlyCollection<long> userIds, CancellationToken stop)
    {
        if (userIds.Count == 0)
            return;

        await using var command = new NpgsqlCommand(
            """
            WITH waiting AS (
                SELECT m.id, u.email
                FROM notifications.mails m JOIN notifications.users u USING (user_id)
                WHERE m.user_id = ANY ($1) AND m.state = 'pending' AND m.kind <> ALL ($2)
                    AND NOT u.is_deleted AND m.recipient <> u.email
                ORDER BY m.id FOR UPDATE OF m
            )
            UPDATE notifications.mails m SET recipient = waiting.email,
                attempts = m.attempts + least(m.attempts, 1),
                attempts_before = m.attempts + least(m.attempts, 1),
                breaks = 0, broken_since = NULL
            FROM waiting WHERE m.id = waiting.id
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(userIds.ToArray());
        command.Parameters.AddWithValue(MailKindNames.OfAccount.ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }

    private async Task InsertAsync(IReadOnlyCollection<QueuedMail> mails, CancellationToken stop)
    {
        if (mails.Count == 0)
            return;

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO notifications.mails
                (event_id, user_id, kind, language, recipient, recipient_name, subject, facts,
                traceparent)
            SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[],
                $6::text[], $7::text[], $8::json[], $9::text[])
            ON CONFLICT (event_id, user_id, kind) DO NOTHING
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(mails.Select(m => m.EventId).ToArray());
        command.Parameters.AddWithValue(mails.Select(m => m.UserId).ToArray());
        command.Parameters.AddWithValue(mails.Select(m => m.Facts.Kind.Name()).ToArray());
        command.Parameters.AddWithValue(mails.Select(m => m.Language).ToArray());
        command.Parameters.AddWithValue(mails.Select(m => m.Recipient).ToArray());
        command.Parameters.AddWithValue(mails.Select(m => m.Facts.CustomerName).ToArray());
        command.Parameters.AddWithValue(
            mails.Select(m => MailComposer.SubjectOf(m.Facts, m.Language)).ToArray()
        );
        command.Parameters.AddWithValue(mails.Select(m => StoredMail.FactsOf(m.Facts)).ToArray());
        command.Parameters.AddWithValue(mails.Select(m => m.TraceParent).ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }

    private async Task KeepAsync(IReadOnlyCollection<Refund> refunds, CancellationToken stop)
    {
        if (refunds.Count == 0)
            return;

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO notifications.unaddressed_refunds
                (event_id, user_id, reservation_id, payment_id, amount, payment_method,
                traceparent)
            SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[],
                $5::bigint[], $6::text[], $7::text[])
            ON CONFLICT (event_id) DO NOTHING
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(refunds.Select(r => r.EventId).ToArray());
        command.Parameters.AddWithValue(refunds.Select(r => r.UserId).ToArray());
        command.Parameters.AddWithValue(refunds.Select(r => r.ReservationId).ToArray());
        command.Parameters.AddWithValue(refunds.Select(r => r.PaymentId).ToArray());
        command.Parameters.AddWithValue(refunds.Select(r => r.Amount.Won).ToArray());
        command.Parameters.AddWithValue(refunds.Select(r => r.PaymentMethod).ToArray());
        command.Parameters.AddWithValue(refunds.Select(r => r.TraceParent).ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }

    private static PersonalMail Mail(
        Refund refund,
        string email,
        UserCopy? user,
        ReservationCopy? reservation
    ) =>
        new(
            refund.EventId,
            refund.UserId,
            email,
            user?.Language ?? reservation?.Language ?? Languages.Default,
            reservation?.ConcertId,
            new MailFacts(MailKind.Refunded)
            {
                ConcertName = reservation?.ConcertName,
                ReservationId = refund.ReservationId,
                Amount = refund.Amount,
                PaidByPoint = refund.PaymentMethod == PaymentMethods.Point,
            }
        )
        {
            TraceParent = refund.TraceParent,
        };

    private sealed record QueuedMail(
        Guid EventId,
        long UserId,
        string Language,
        string Recipient,
        MailFacts Facts,
        string? TraceParent
    );
}
