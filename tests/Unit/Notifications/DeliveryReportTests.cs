using System.Text;
using ConcertReservation.Notifications;

namespace ConcertReservation.Tests.Unit.Notifications;

internal sealed class DeliveryReportTests
{
    private static readonly MailMessageId Id = MailMessageId.Of(
        mailId: 17,
        Guid.Parse("0199d000-0000-7000-8000-000000000001"),
        "kim@example.org",
        resends: 2
    );

    [TestCase(
        DeliveryNotifications.OfPostfix,
        "5.1.1: 550 5.1.1 <kim@example.org>: Recipient address rejected: "
            + "User unknown in virtual mailbox table"
    )]
    [TestCase(
        DeliveryNotifications.OfExim,
        "5.0.0: 451 Temporary local problem: retry timeout exceeded"
    )]
    [TestCase(
        DeliveryNotifications.OfExchange,
        "5.2.2: 554 5.2.2 mailbox full; "
            + "STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded"
    )]
    public async Task a_mail_that_came_back_is_known_with_its_reason(string message, string reason)
    {
        foreach (var lineEnd in new[] { "\r\n", "\n" })
        {
            var report = (await ReadAsync(message, lineEnd)).ShouldNotBeNull();

            report.Mail.ShouldBe(Id);
            report.Failure.ShouldBe(reason);
        }
    }

    [Test]
    public async Task a_pipe_may_put_an_envelope_line_in_front()
    {
        var message =
            "From MAILER-DAEMON Sat Nov 21 11:00:05 2026\n" + DeliveryNotifications.OfExim;

        (await ReadAsync(message)).ShouldNotBeNull().Mail.ShouldBe(Id);
    }

    [Test]
    public async Task a_mail_that_is_late_has_not_failed()
    {
        var report = (await ReadAsync(DeliveryNotifications.OfADelay)).ShouldNotBeNull();

        report.Mail.ShouldBe(Id);
        report.Failure.ShouldBeNull();
    }

    [TestCase("Action: delivered\nStatus: 2.0.0")]
    [TestCase("Action: relayed\nStatus: 2.0.0")]
    [TestCase("Action: expanded\nStatus: 2.0.0")]
    [TestCase("Action: failed\nStatus: 5.1.1\n\nAction: delivered\nStatus: 2.0.0")]
    [TestCase("Action: exploded\nStatus: 5.1.1")]
    [TestCase("Status: 5.1.1")]
    [TestCase("")]
    public async Task what_arrived_somewhere_or_tells_no_end_has_not_failed(string recipients)
    {
        var report = await ReadAsync(DeliveryNotifications.With(recipients));

        report.ShouldNotBeNull().Failure.ShouldBeNull();
    }

    [TestCase("Action: failed", "The notification gives no reason.")]
    [TestCase("Action: failed\nStatus: ; DROP TABLE", "The notification gives no reason.")]
    [TestCase("action:FAILED\nStatus: 5.4.7", "5.4.7")]
    [TestCase("Action: failed\nDiagnostic-Code: no type here", "no type here")]
    [TestCase(
        "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp;\u0001\ta\u0000\u0085b",
        "5.0.0: a b"
    )]
    [TestCase(
        "Action: delayed\nStatus: 4.4.1\n\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: x; gone",
        "5.1.1: gone"
    )]
    public async Task a_reason_is_one_clean_line(string recipients, string reason)
    {
        var report = await ReadAsync(DeliveryNotifications.With(recipients));

        report.ShouldNotBeNull().Failure.ShouldBe(reason);
    }

    [Test]
    public async Task a_long_reason_is_cut_between_characters()
    {
        foreach (var before in new[] { "", "x" })
        {
            var diagnostic = before + string.Concat(Enumerable.Repeat("🎟", 2000));
            var report = await ReadAsync(
                DeliveryNotifications.With($"Action: failed\nDiagnostic-Code: x;{diagnostic}")
            );

            var reason = report.ShouldNotBeNull().Failure.ShouldNotBeNull();
            reason.Length.ShouldBeInRange(
                DeliveryReport.MaxFailureLength - 1,
                DeliveryReport.MaxFailureLength
            );
            reason.ShouldEndWith("🎟…");
        }
    }

    [Test]
    public async Task a_notification_about_another_mail_names_none_of_ours()
    {
        var message = DeliveryNotifications.OfPostfix.Replace(
            "(id)",
            "<20261121110004.1234@elsewhere.example>",
            StringComparison.Ordinal
        );

        (await ReadAsync(message)).ShouldNotBeNull().Mail.ShouldBeNull();
    }

    [TestCase("")]
    [TestCase("\0\u0001\u0002")]
    [TestCase("Hello")]
    [TestCase("{\"action\": \"failed\"}")]
    [TestCase("Subject: Out of office\n\nI am back on Monday.")]
    [TestCase("Content-Type: multipart/report; report-type=delivery-status\n\nno boundary")]
    [TestCase(
        "Content-Type: multipart/report; report-type=feedback-report; boundary=x\n\n"
            + "--x\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--x--"
    )]
    public async Task another_message_is_no_notification(string message) =>
        (await ReadAsync(message)).ShouldBeNull();

    /// <summary>However it breaks off, it is read or refused, and never half a reason.</summary>
    [TestCase(DeliveryNotifications.OfPostfix)]
    [TestCase(DeliveryNotifications.OfExchange)]
    public async Task a_notification_that_breaks_off_does_no_harm(string message)
    {
        for (var length = 0; length < message.Length; length += 7)
        {
            var report = await ReadAsync(message[..length]);

            report?.Mail?.ShouldBe(Id);
        }
    }

    private static Task<DeliveryReport?> ReadAsync(string message, string lineEnd = "\r\n")
    {
        var text = message
            .Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace("\n", lineEnd, StringComparison.Ordinal)
            .Replace("(id)", Id.At("tickets.example"), StringComparison.Ordinal);
        return DeliveryReport.ReadAsync(
            new MemoryStream(Encoding.UTF8.GetBytes(text)),
            CancellationToken.None
        );
    }
}
