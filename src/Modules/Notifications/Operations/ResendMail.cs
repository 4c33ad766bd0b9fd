using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.Notifications;

/// <summary>A mail that failed or bounced, or that its customer lost, is sent once more.</summary>
internal static class ResendMail
{
    /// <remarks>
    /// Attempts are not counted from 0 again: whoever had the mail before can no longer write that
    /// it failed. A customer who is just moving is waited for: whoever moves redirects only what
    /// waits already.
    /// </remarks>
    private const string ResendSql = $"""
        UPDATE notifications.mails m
        SET state = 'pending', resends = resends + 1, attempts_before = attempts, reason = NULL,
            sent_at = NULL, next_attempt_at = clock.now(),
            recipient = coalesce(
                (SELECT email FROM notifications.users u
                 WHERE u.user_id = m.user_id AND NOT u.is_deleted AND m.kind <> ALL ($2)
                 FOR SHARE),
                recipient)
        WHERE id = $1 AND state <> 'pending' AND recipient <> '{PersonalFields.ErasedEmail}'
        RETURNING {MailView.Columns}
        """;

    private static readonly MailView Resent = MailView.Example with
    {
        State = "pending",
        Resends = 1,
        Reason = null,
        NextAttemptAt = MailView.Example.CreatedAt.AddHours(1),
    };

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/ops/mails/{id}/resend", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ResendMail")
            .WithTags("Operations")
            .WithSummary("Send a mail again")
            .WithDescription(
                "One that failed, came back, or did not reach its customer: the same text, "
                    + "as patiently as the first time, to the address that the customer has now. "
                    + "One about the account itself goes where it went before."
            )
            .Produces<MailView>(202)
            .WithResponseExample(202, Resent)
            .WithParameter("id", "The mail's id.", MailView.Example.MailId)
            .Refuses(
                Problems.NotFound("mail", MailView.Example.MailId),
                StillPending(MailView.Example.MailId),
                Erased(MailView.Example.MailId)
            );

    private static async Task<IResult> Handle(
        long id,
        NpgsqlDataSource dataSource,
        MailSignal signal,
        CancellationToken stop
    )
    {
        await using (var resend = dataSource.CreateCommand(ResendSql))
        {
            resend.Parameters.AddWithValue(id);
            resend.Parameters.AddWithValue(MailKindNames.OfAccount.ToArray());
            await using var row = await resend.ExecuteReaderAsync(stop);
            if (await row.ReadAsync(stop))
            {
                signal.Set();
                return TypedResults.Json(MailView.Read(row), statusCode: 202);
            }
        }

        await using var find = dataSource.CreateCommand(
            "SELECT state = 'pending' FROM notifications.mails WHERE id = $1"
        );
        find.Parameters.AddWithValue(id);
        return await find.ExecuteScalarAsync(stop) switch
        {
            true => StillPending(id),
            false => Erased(id),
            _ => Problems.NotFound("mail", id),
        };
    }

    private static Problem StillPending(long id) =>
        Problems.IllegalState($"Mail {id} is still to be sent.");

    private static Problem Erased(long id) =>
        Problems.IllegalState($"Mail {id} was erased with its customer's account.");
}
