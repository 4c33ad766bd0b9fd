using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace ConcertReservation.Notifications;

/// <summary>
/// A mail that its server had taken comes back: whoever receives what comes back hands it in here.
/// </summary>
internal sealed partial class ReceiveBounce(
    NpgsqlDataSource dataSource,
    ILogger<ReceiveBounce> logger
)
{
    public const string Bounced = "BOUNCED";
    public const string NothingToDo = "NOTHING_TO_DO";

    private const string MediaType = "message/rfc822";

    private const string Example = """
        From: MAILER-DAEMON@mail.example.com
        To: no-reply@example.org
        Subject: Undelivered Mail Returned to Sender
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="x"

        --x
        Content-Type: text/plain

        The mail could not be delivered.
        --x
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.example.com

        Final-Recipient: rfc822; mina@example.com
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 no such mailbox

        --x
        Content-Type: text/rfc822-headers

        Message-ID: <019aa1c27a307cc19d5e6a1f5d1c2b3a.17.0.5f1c9b03a7de4288@example.org>

        --x--
        """;

    /// <summary>More than others have, for servers send back the whole mail.</summary>
    private const int MaxBytes = 256 * 1024;

    /// <summary>
    /// It may come before the host has noted that the mail was taken: then that is what is late.
    /// </summary>
    private const string BounceSql = """
        UPDATE notifications.mails SET state = 'bounced', reason = $4
        WHERE id = $1 AND resends = $2 AND recipient = $3 AND state IN ('pending', 'sent')
        RETURNING kind
        """;

    /// <param name="Outcome">
    /// BOUNCED: the mail is known as such from now on. NOTHING_TO_DO: it was already, or has been
    /// sent again since, or is only late.
    /// </param>
    internal sealed record BounceReceipt(string Outcome, long MailId);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/ops/mails/bounces", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ReceiveBounce")
            .WithTags("Operations")
            .WithSummary("Hand in a mail that came back")
            .WithDescription(
                "The delivery status notification (RFC 3464) as it came to the sender's address, "
                    + "headers and all. Where it tells that the mail will never arrive, the mail "
                    + "is `bounced`, with the reason that it gives. One that tells of a delay "
                    + "changes nothing, nor does one that comes again, or is about a mail that "
                    + "was sent again since."
            )
            .WithRequestBody(MediaType, "The notification.", Example)
            .Produces<BounceReceipt>()
            .WithResponseExample(200, new BounceReceipt(Bounced, MailView.Example.MailId))
            .Refuses(
                NoNotification(),
                NoMailOfOurs(),
                Problems.TooLarge(MaxBytes),
                Problems.UnsupportedMediaType(MediaType)
            );

    private static async Task<IResult> Handle(
        HttpContext http,
        ReceiveBounce bounces,
        CancellationToken stop
    ) => await bounces.ReceiveAsync(http, stop);

    private async Task<IResult> ReceiveAsync(HttpContext http, CancellationToken stop)
    {
        if (
            !MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)
        )
            return Problems.UnsupportedMediaType(MediaType);

        using var message = new MemoryStream();
        if (!await CopyAsync(http, message, stop))
            return Problems.TooLarge(MaxBytes);

        message.Position = 0;
        if (await DeliveryReport.ReadAsync(message, stop) is not { } report)
            return NoNotification();
        if (report.Mail is not { } mail || await FindAsync(mail, stop) is not { } recipient)
            return NoMailOfOurs();

        // Whom it went to is not whom it goes to now.
        var isThisOne =
            MailMessageId.Of(mail.MailId, mail.EventId, recipient, mail.Resends) == mail;
        return
            isThisOne
            && report.Failure is { } failure
            && await BounceAsync(mail, recipient, failure, stop)
            ? Receipt(Bounced, mail)
            : Receipt(NothingToDo, mail);
    }

    /// <returns>False where it is too large.</returns>
    private static async Task<bool> CopyAsync(
        HttpContext http,
        MemoryStream message,
        CancellationToken stop
    )
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBytes;

        try
        {
            await http.Request.Body.CopyToAsync(message, stop);
            return true;
        }
        catch (BadHttpRequestException e)
            when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return false;
        }
    }

    /// <returns>The recipient as of now; null where there is no such mail.</returns>
    private async Task<string?> FindAsync(MailMessageId mail, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT recipient FROM notifications.mails WHERE id = $1 AND event_id = $2"
        );
        command.Parameters.AddWithValue(mail.MailId);
        command.Parameters.AddWithValue(mail.EventId);
        return await command.ExecuteScalarAsync(stop) as string;
    }

    private async Task<bool> BounceAsync(
        MailMessageId mail,
        string recipient,
        string failure,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(BounceSql);
        command.Parameters.AddWithValue(mail.MailId);
        command.Parameters.AddWithValue(mail.Resends);
        command.Parameters.AddWithValue(recipient);
        command.Parameters.AddWithValue(failure);
        if (await command.ExecuteScalarAsync(stop) is not string kind)
            return false;

        LogBounced(mail.MailId, kind, LogText.WithoutAddresses(failure));
        return true;
    }

    private static IResult Receipt(string outcome, MailMessageId mail) =>
        TypedResults.Ok(new BounceReceipt(outcome, mail.MailId));

    private static Problem NoNotification() =>
        Problems.Validation("body", "must be a delivery status notification (RFC 3464)");

    private static Problem NoMailOfOurs() =>
        Problems.NotFound("It is about no mail of ours.", "body", "names none of our mails");

    [LoggerMessage(LogLevel.Warning, "Mail {MailId} ({Kind}) came back: {Reason}")]
    private partial void LogBounced(long mailId, string kind, string reason);
}
