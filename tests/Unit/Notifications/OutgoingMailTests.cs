using System.Net.Mail;
using ConcertReservation.Notifications;

namespace ConcertReservation.Tests.Unit.Notifications;

internal sealed class OutgoingMailTests
{
    private static readonly MailAddress From = new("Tickets <no-reply@tickets.example>");

    [Test]
    public void a_mail_keeps_its_message_id_at_every_attempt()
    {
        var mail = AMail();

        var id = mail.MessageId("tickets.example");

        id.ShouldMatch("^<[0-9a-f]{32}\\.[0-9a-f]{16}@tickets\\.example>$");
        (mail with { Attempt = 2 }).MessageId("tickets.example").ShouldBe(id);
        (mail with { Resends = 1 }).MessageId("tickets.example").ShouldNotBe(id);
        (mail with { Recipient = "lee@example.org" }).MessageId("tickets.example").ShouldNotBe(id);
    }

    [Test]
    public void text_comes_before_html_so_that_the_better_one_is_last()
    {
        using var message = AMail().ToMessage(From);

        message
            .AlternateViews.Select(v => v.ContentType.MediaType)
            .ShouldBe(["text/plain", "text/html"]);
    }

    [Test]
    public void an_address_that_is_none_is_a_format_error() =>
        Should.Throw<FormatException>(() =>
            (AMail() with { Recipient = "nobody" }).ToMessage(From)
        );

    [TestCase(1, 15)]
    [TestCase(2, 30)]
    [TestCase(5, 240)]
    [TestCase(20, 3600)]
    [TestCase(100, 3600)]
    public void the_wait_doubles_up_to_an_hour(int attempt, int seconds) =>
        new NotificationsOptions().DelayAfter(attempt).ShouldBe(TimeSpan.FromSeconds(seconds));

    private static OutgoingMail AMail() =>
        new(
            Id: 1,
            Attempt: 1,
            Try: 1,
            Resends: 0,
            Guid.Parse("0199d000-0000-7000-8000-000000000001"),
            "welcome",
            "kim@example.org",
            "김",
            new WrittenMail("ko", "환영합니다", "안녕하세요", "<p>안녕하세요</p>"),
            DateTimeOffset.UnixEpoch,
            TraceParent: null
        );
}
