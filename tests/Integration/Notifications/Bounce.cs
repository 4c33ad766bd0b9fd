using System.Text;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>Delivery status notifications (RFC 3464) about real mails.</summary>
internal static class Bounce
{
    /// <summary>As a mail server makes one around a mail that it took.</summary>
    public static byte[] Of(
        byte[] mail,
        string action = "failed",
        string diagnostic = "smtp; 550 5.1.1 <kim@example.org>: User unknown"
    )
    {
        var head = $"""
            Return-Path: <>
            From: MAILER-DAEMON@mail.test (Mail Delivery System)
            To: no-reply@concert-reservation.example
            Subject: Undelivered Mail Returned to Sender
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="report"

            --report
            Content-Type: text/plain; charset=us-ascii

            Your message could not be delivered.

            --report
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mail.test

            Final-Recipient: rfc822; kim@example.org
            Action: {action}
            Status: 5.1.1
            Diagnostic-Code: {diagnostic}

            --report
            Content-Type: message/rfc822


            """;
        return [.. Encoding.ASCII.GetBytes(head), .. mail, .. "\r\n--report--\r\n"u8];
    }
}
