using ConcertReservation.BuildingBlocks.Http;
using Npgsql;

namespace ConcertReservation.Notifications;

/// <summary>A mail as operators see it, without its text.</summary>
/// <param name="State">pending, sent, failed or bounced.</param>
/// <param name="Attempts">How often it was begun to be handed over, resends included.</param>
/// <param name="Resends">How often an operator had it sent again.</param>
/// <param name="Reason">
/// What the last attempt failed by, or why the mail came back; null where neither is.
/// </param>
/// <param name="NextAttemptAt">While pending: not before this.</param>
internal sealed record MailView(
    long MailId,
    Guid EventId,
    long CustomerId,
    string Kind,
    string Language,
    string Recipient,
    string Subject,
    string State,
    int Attempts,
    int Resends,
    string? Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? SentAt
)
{
    public const string Columns = """
        id, event_id, user_id, kind, language, recipient, subject, state, attempts, resends, reason,
        created_at, CASE state WHEN 'pending' THEN next_attempt_at END AS due_at, sent_at
        """;

    public static readonly IReadOnlyList<string> States = ["pending", "sent", "failed", "bounced"];

    public static readonly MailView Example = new(
        17,
        Guid.Parse("019aa1c2-7a30-7cc1-9d5e-6a1f5d1c2b3a"),
        Examples.CustomerId,
        MailKind.SeatsHeld.Name(),
        "ko",
        Examples.Email,
        $"[{Examples.ConcertName}] 좌석을 선점했습니다",
        "failed",
        Attempts: 1,
        Resends: 0,
        "550 no such mailbox",
        Examples.HeldAt,
        NextAttemptAt: null,
        SentAt: null
    );

    public static MailView Read(NpgsqlDataReader row) =>
        new(
            row.GetInt64(0),
            row.GetGuid(1),
            row.GetInt64(2),
            row.GetString(3),
            row.GetString(4),
            row.GetString(5),
            row.GetString(6),
            row.GetString(7),
            row.GetInt32(8),
            row.GetInt32(9),
            row.IsDBNull(10) ? null : row.GetString(10),
            row.GetFieldValue<DateTimeOffset>(11),
            row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12),
            row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13)
        );
}
