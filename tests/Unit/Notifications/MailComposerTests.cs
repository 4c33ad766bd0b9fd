using System.Net;
using System.Text.Json;
using ConcertReservation.Contracts;
using ConcertReservation.Notifications;

namespace ConcertReservation.Tests.Unit.Notifications;

internal sealed partial class MailComposerTests
{
    private const string Hostile = "<b>\"Kim\" & 김</b>";
    private const string Encoded = "&lt;b&gt;&quot;Kim&quot; &amp; 김&lt;/b&gt;";

    [TestCaseSource(nameof(EveryMail))]
    public void a_mail_says_the_same_as_text_and_as_html(
        object kind,
        string language,
        string[] said
    )
    {
        var mail = MailComposer.Compose(Facts((MailKind)kind), language);

        mail.Language.ShouldBe(language);
        mail.Subject.ShouldBe(said[0]);
        var html = WebUtility.HtmlDecode(mail.Html);
        foreach (var words in said.Skip(1))
        {
            mail.Text.ShouldContain(words);
            html.ShouldContain(words);
        }

        mail.Html.ShouldContain($"<html lang=\"{language}\">");
    }

    [TestCaseSource(nameof(EveryMail))]
    public void what_people_named_stays_a_text(object kind, string language, string[] _)
    {
        var mail = MailComposer.Compose(Facts((MailKind)kind), language);

        mail.Html.ShouldContain(Encoded);
        mail.Html.ShouldNotContain("<b>");
        mail.Text.ShouldContain(Hostile);
    }

    [TestCaseSource(nameof(EveryMail))]
    public void every_line_ends_as_mails_lines_do(object kind, string language, string[] _)
    {
        var mail = MailComposer.Compose(Facts((MailKind)kind), language);

        mail.Text.Replace("\r\n", "", StringComparison.Ordinal).ShouldNotContain('\n');
        mail.Html.Replace("\r\n", "", StringComparison.Ordinal).ShouldNotContain('\n');
    }

    [TestCaseSource(nameof(EveryMail))]
    public void facts_are_the_same_after_they_were_stored(object kind, string _, string[] __)
    {
        var facts = Facts((MailKind)kind);

        var stored = JsonSerializer.Deserialize(
            StoredMail.FactsOf(facts),
            MailFactsJson.Default.MailFacts
        );

        stored.ShouldBe(facts);
    }

    [Test]
    public void every_kind_is_tried_in_every_language() =>
        EveryMail()
            .Select(c => ((MailKind)c.Arguments[0]!, (string)c.Arguments[1]!))
            .ShouldBe(
                Enum.GetValues<MailKind>().SelectMany(k => Languages.All.Select(l => (k, l))),
                ignoreOrder: true
            );

    [Test]
    public void a_line_break_in_a_name_starts_no_header_and_no_line()
    {
        var facts = Facts(MailKind.Confirmed) with
        {
            ConcertName = "Night\r\nBcc: all@example.org",
            CustomerName = "Kim\nYou owe us KRW 1,000",
        };

        var mail = MailComposer.Compose(facts, "en");

        mail.Subject.ShouldBe("[Night  Bcc: all@example.org] Your booking is confirmed");
        mail.Text.ShouldContain("Hello Kim You owe us KRW 1,000,");
    }

    [Test]
    public void a_long_name_shortens_the_subject_between_characters()
    {
        var facts = Facts(MailKind.Confirmed) with { ConcertName = new string('a', 148) + "😀" };

        var subject = MailComposer.Compose(facts, "en").Subject;

        subject.Length.ShouldBeLessThanOrEqualTo(150);
        subject.ShouldEndWith("a…");
    }

    [TestCase(null, "ko")]
    [TestCase("", "ko")]
    [TestCase("fr", "ko")]
    [TestCase("ko", "ko")]
    [TestCase("en", "en")]
    public void a_language_that_is_not_known_is_korean(string? language, string expected) =>
        MailComposer.LanguageOf(language).ShouldBe(expected);

    [Test]
    public void nothing_paid_means_nothing_to_refund()
    {
        var mail = MailComposer.Compose(Facts(MailKind.Cancelled) with { WasPaid = false }, "en");

        mail.Text.ShouldContain("You have not been charged");
        mail.Text.ShouldNotContain("refund");
    }

    [TestCase("ko", "공연이 취소되었습니다", "취소 사유")]
    [TestCase("en", "The concert does not take place", "Reason")]
    public void who_loses_a_booking_with_its_concert_reads_why(
        string language,
        string says,
        string label
    )
    {
        var facts = Facts(MailKind.Cancelled);
        var called = MailComposer.Compose(
            facts with
            {
                ConcertCancelled = true,
                Reason = $"The singer\r\nis ill, {Hostile}",
            },
            language
        );
        var givenBack = MailComposer.Compose(facts, language);

        called.Subject.ShouldNotBe(givenBack.Subject);
        called.Text.ShouldContain(says);
        called.Text.ShouldContain($"{label}: The singer  is ill, {Hostile}\r\n");
        called.Html.ShouldContain(says);
        called.Html.ShouldContain($"The singer  is ill, {Encoded}");
        givenBack.Text.ShouldNotContain(says);
        givenBack.Text.ShouldNotContain(label);
    }

    [Test]
    public void a_refund_in_points_goes_to_the_wallet() =>
        MailComposer
            .Compose(Facts(MailKind.Refunded) with { PaidByPoint = true }, "ko")
            .Text.ShouldContain("포인트 지갑");

    [Test]
    public void a_name_that_is_not_known_leaves_no_gap() =>
        MailComposer
            .Compose(Facts(MailKind.Confirmed) with { CustomerName = "" }, "en")
            .Text.ShouldContain("\r\nHello,\r\n");

    internal static MailFacts Facts(MailKind kind)
    {
        var facts = new MailFacts(kind) { CustomerName = Hostile };
        var isOfAccount =
            kind
            is MailKind.Welcome
                or MailKind.EmailChanged
                or MailKind.NewEmail
                or MailKind.PasswordChanged
                or MailKind.AccountDeleted;
        if (isOfAccount)
            return facts with { Email = "kim@example.org" };

        var booking = new DateTimeOffset(2027, 3, 20, 11, 0, 0, TimeSpan.Zero);
        facts = facts with
        {
            ConcertName = Hostile,
            Venue = "Olympic Hall",
            StartsAt = new DateTimeOffset(2027, 5, 1, 10, 0, 0, TimeSpan.Zero),
        };
        return kind switch
        {
            MailKind.SoldOut => facts with
            {
                CustomerName = "",
                Seats = 1100,
                SoldOutTime = booking.AddMinutes(3),
            },
            MailKind.Reopened => facts with { CustomerName = "", Seats = 3 },
            _ => facts with
            {
                ReservationId = 77,
                Seats = 2,
                Amount = new Money(50_000),
                HeldUntil = kind == MailKind.SeatsHeld ? booking.AddSeconds(330) : null,
                WasPaid = true,
            },
        };
    }
}
