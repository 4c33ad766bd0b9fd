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

        var id = mail.MessageId.At("tickets.example");

        id.ShouldMatch("^<[0-9a-f]{32}\\.1\\.0\\.[0-9a-f]{16}@tickets\\.example>$");
        (mail with { Attempt = 2 }).MessageId.At("tickets.example").ShouldBe(id);
        (mail with { Resends = 1 }).MessageId.ShouldNotBe(mail.MessageId);
        (mail with { Recipient = "lee@example.org" }).MessageId.ShouldNotBe(mail.MessageId);
    }

    [Test]
    public void a_message_id_that_comes_back_is_read_again()
    {
        var id = (AMail() with { Id = long.MaxValue, Resends = 12 }).MessageId;

        MailMessageId.Parse(id.At("tickets.example")).ShouldBe(id);
        MailMessageId.Parse($" {id.At("elsewhere.example").Trim('<', '>')} ").ShouldBe(id);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("<CAF=x1@mail.example.com>")]
    [TestCase("<0199d00000007000800000000000001.1.0.0123456789abcdef@tickets.example>")]
    [TestCase(
        "<0199d000000070008000000000000001.9999999999999999999.0.0123456789abcdef@tickets.example>"
    )]
    [TestCase("<0199d000000070008000000000000001.1.9999999999.0123456789abcdef@tickets.example>")]
    [TestCase("<0199d000000070008000000000000001.1.0.0123456789abcdef@tickets example>")]
    [TestCase("<0199d000000070008000000000000001.-1.0.0123456789abcdef@tickets.example>")]
    public void another_message_id_is_none_of_ours(string? text) =>
        MailMessageId.Parse(text).ShouldBeNull();

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
            TraceParent: null,
            Breaks: 0,
            BrokenSince: 0
        );
}
