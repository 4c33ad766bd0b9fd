namespace ConcertReservation.Tests.Unit.Notifications;

/// <summary>
/// Delivery status notifications in the forms of common mail servers, written after RFC 3464 and
/// what these servers send; <c>(id)</c> stands for the Message-ID of the mail that comes back.
/// </summary>
internal static class DeliveryNotifications
{
    public const string OfPostfix = """
        Return-Path: <>
        Received: by mail.tickets.example (Postfix)
         id 4TqXkD2Vb9z1; Sat, 21 Nov 2026 11:00:05 +0000 (UTC)
        Date: Sat, 21 Nov 2026 11:00:05 +0000 (UTC)
        From: MAILER-DAEMON@mail.tickets.example (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: no-reply@tickets.example
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
         boundary="4TqXkD1Wb8z0.1732186805/mail.tickets.example"
        Message-Id: <20261121110005.4TqXkD2Vb9z1@mail.tickets.example>

        This is a MIME-encapsulated message.

        --4TqXkD1Wb8z0.1732186805/mail.tickets.example
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        I'm sorry to have to inform you that your message could not
        be delivered to one or more recipients. It's attached below.

        --4TqXkD1Wb8z0.1732186805/mail.tickets.example
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.tickets.example
        X-Postfix-Queue-ID: 4TqXkD1Wb8z0
        X-Postfix-Sender: rfc822; no-reply@tickets.example
        Arrival-Date: Sat, 21 Nov 2026 11:00:04 +0000 (UTC)

        Final-Recipient: rfc822; kim@example.org
        Original-Recipient: rfc822;kim@example.org
        Action: failed
        Status: 5.1.1
        Remote-MTA: dns; mx.example.org
        Diagnostic-Code: smtp; 550 5.1.1 <kim@example.org>: Recipient address
            rejected: User unknown in virtual mailbox table

        --4TqXkD1Wb8z0.1732186805/mail.tickets.example
        Content-Description: Undelivered Message
        Content-Type: message/rfc822

        Received: from tickets (localhost [127.0.0.1])
         by mail.tickets.example (Postfix) with ESMTP id 4TqXkD1Wb8z0
        From: no-reply@tickets.example
        To: kim@example.org
        Message-ID: (id)
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8

        Hello Kim

        --4TqXkD1Wb8z0.1732186805/mail.tickets.example--
        """;

    /// <summary>It gives up after days, and returns headers alone.</summary>
    public const string OfExim = """
        Return-path: <>
        Received: from Debian-exim by mail.tickets.example with local (Exim 4.96)
         id 1tE5Zq-0007Hd-0T for no-reply@tickets.example; Wed, 25 Nov 2026 11:00:07 +0000
        X-Failed-Recipients: kim@example.org
        Auto-Submitted: auto-replied
        From: Mail Delivery System <Mailer-Daemon@mail.tickets.example>
        To: no-reply@tickets.example
        References: (id)
        Content-Type: multipart/report; report-type=delivery-status; boundary=1732532407-eximdsn-42
        MIME-Version: 1.0
        Subject: Mail delivery failed: returning message to sender
        Message-Id: <E1tE5Zq-0007Hd-0T@mail.tickets.example>
        Date: Wed, 25 Nov 2026 11:00:07 +0000

        --1732532407-eximdsn-42
        Content-type: text/plain; charset=us-ascii

        This message was created automatically by mail delivery software.

        --1732532407-eximdsn-42
        Content-type: message/delivery-status

        Reporting-MTA: dns; mail.tickets.example

        Action: failed
        Final-Recipient: rfc822;kim@example.org
        Status: 5.0.0
        Remote-MTA: dns; mx.example.org
        Diagnostic-Code: smtp; 451 Temporary local problem: retry timeout exceeded

        --1732532407-eximdsn-42
        Content-type: text/rfc822-headers

        Return-path: <no-reply@tickets.example>
        Message-ID: (id)
        From: no-reply@tickets.example

        --1732532407-eximdsn-42--
        """;

    /// <summary>Text and HTML for people, comments behind the fields, no Message-ID.</summary>
    public const string OfExchange = """
        From: Microsoft Outlook
        	<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org>
        To: <no-reply@tickets.example>
        Date: Sat, 21 Nov 2026 11:00:06 +0000
        Content-Type: multipart/report; report-type=delivery-status;
        	boundary="2f1c8e40-8f9d-4b6c-9a3f-8f3f8a2f2c11"
        Content-Language: en-US
        Message-ID: <2f1c8e40-8f9d-4b6c-9a3f-8f3f8a2f2c11@SL2P216MB1234.KORP216.example.org>
        In-Reply-To: (id)
        References: (id)
        Subject: Undeliverable: Your seats are held: please pay now
        Auto-Submitted: auto-replied
        MIME-Version: 1.0

        --2f1c8e40-8f9d-4b6c-9a3f-8f3f8a2f2c11
        Content-Type: multipart/alternative; differences=Content-Type;
        	boundary="b5a1e6f0-0d5c-4f39-8b43-0d8a4c2b7f55"

        --b5a1e6f0-0d5c-4f39-8b43-0d8a4c2b7f55
        Content-Type: text/plain; charset="us-ascii"
        Content-Transfer-Encoding: quoted-printable

        Your message to kim@example.org couldn't be delivered.

        --b5a1e6f0-0d5c-4f39-8b43-0d8a4c2b7f55
        Content-Type: text/html; charset="us-ascii"
        Content-Transfer-Encoding: base64

        PGh0bWw+PGJvZHk+Tm90IGRlbGl2ZXJlZDwvYm9keT48L2h0bWw+

        --b5a1e6f0-0d5c-4f39-8b43-0d8a4c2b7f55--

        --2f1c8e40-8f9d-4b6c-9a3f-8f3f8a2f2c11
        Content-Type: message/delivery-status

        Reporting-MTA: dns;SL2P216MB1234.KORP216.example.org
        Received-From-MTA: dns;mail.tickets.example
        Arrival-Date: Sat, 21 Nov 2026 11:00:04 +0000

        Original-Recipient: rfc822;kim@example.org
        Final-Recipient: rfc822;kim@example.org
        Action: Failed (bad destination mailbox address)
        Status: 5.2.2 (mailbox full)
        Diagnostic-Code: smtp;554 5.2.2 mailbox full;
         STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded

        --2f1c8e40-8f9d-4b6c-9a3f-8f3f8a2f2c11
        Content-Type: message/rfc822

        From: no-reply@tickets.example
        To: kim@example.org
        Subject: Your seats are held: please pay now
        Content-Type: multipart/alternative; boundary="inner"

        --inner
        Content-Type: text/plain

        Hello Kim

        --inner--

        --2f1c8e40-8f9d-4b6c-9a3f-8f3f8a2f2c11--
        """;

    public const string OfADelay = """
        From: MAILER-DAEMON@mail.tickets.example
        To: no-reply@tickets.example
        Subject: Delayed Mail (still being retried)
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="late"

        --late
        Content-Type: text/plain

        Your message could not be delivered for more than 4 hour(s).

        --late
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.tickets.example

        Final-Recipient: rfc822; kim@example.org
        Action: delayed
        Status: 4.4.1
        Diagnostic-Code: X-Postfix; connect to mx.example.org: Connection timed out
        Will-Retry-Until: Thu, 26 Nov 2026 11:00:04 +0000 (UTC)

        --late
        Content-Type: text/rfc822-headers

        Message-ID: (id)

        --late--
        """;

    /// <summary>A notification with these fields for its recipients.</summary>
    public static string With(string recipients) =>
        $"""
            From: MAILER-DAEMON@mail.tickets.example
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="one"

            --one
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mail.tickets.example

            {recipients}

            --one
            Content-Type: text/rfc822-headers

            Message-ID: (id)

            --one--
            """;
}
