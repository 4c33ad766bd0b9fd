using ConcertReservation.Contracts;
using ConcertReservation.Notifications;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// Each of the twelve mails, two of them in both their forms, in both languages as it lies in the
/// folder, read by another program: both formats, and what they say. The folder stays where
/// <c>MAILS_KEPT_IN</c> names one: docs/mails/take-screenshots shows it.
/// </summary>
[Parallelizable]
internal sealed class EveryMailTests
{
    private const string New = "user@example.net";
    private const string Why = "The singer is ill.";

    /// <summary>Of kinds that say two things: how the second one is called.</summary>
    private static readonly Dictionary<string, string> Second = new(StringComparer.Ordinal)
    {
        ["cancelled"] = "concert-cancelled",
        ["refunded"] = "refunded-points",
    };

    private static readonly Dictionary<string, string> Subjects = new(StringComparer.Ordinal)
    {
        ["welcome-ko"] = "가입을 환영합니다",
        ["welcome-en"] = "Welcome to ConcertReservation",
        ["seats-held-ko"] = "[Night] 좌석을 선점했습니다. 결제를 완료해 주세요",
        ["seats-held-en"] = "[Night] Your seats are held: please pay now",
        ["confirmed-ko"] = "[Night] 예매가 확정되었습니다",
        ["confirmed-en"] = "[Night] Your booking is confirmed",
        ["expired-ko"] = "[Night] 결제 기한이 지나 좌석이 해제되었습니다",
        ["expired-en"] = "[Night] Your hold has run out",
        ["cancelled-ko"] = "[Night] 예매가 취소되었습니다",
        ["cancelled-en"] = "[Night] Your booking is cancelled",
        ["concert-cancelled-ko"] = "[Night] 공연 취소로 예매가 취소되었습니다",
        ["concert-cancelled-en"] = "[Night] Your booking is cancelled: the concert is called off",
        ["refunded-ko"] = "[Night] 환불이 완료되었습니다",
        ["refunded-en"] = "[Night] Your refund is complete",
        ["refunded-points-ko"] = "[Night] 환불이 완료되었습니다",
        ["refunded-points-en"] = "[Night] Your refund is complete",
        ["sold-out-ko"] = "[Night] 매진되었습니다",
        ["sold-out-en"] = "[Night] Sold out",
        ["reopened-ko"] = "[Night] 좌석이 다시 나왔습니다",
        ["reopened-en"] = "[Night] Seats are available again",
        ["password-changed-ko"] = "비밀번호가 변경되었습니다",
        ["password-changed-en"] = "Your password was changed",
        ["email-changed-ko"] = "이메일 주소가 변경되었습니다",
        ["email-changed-en"] = "Your e-mail address was changed",
        ["new-email-ko"] = "새 이메일 주소가 등록되었습니다",
        ["new-email-en"] = "This is your e-mail address now",
        ["account-deleted-ko"] = "탈퇴가 완료되었습니다",
        ["account-deleted-en"] = "Your account is deleted",
    };

    /// <summary>What both formats say, beside the greeting.</summary>
    private static readonly Dictionary<string, string[]> Words = new(StringComparer.Ordinal)
    {
        ["welcome-ko"] = ["user-1@example.org", "한 좌석은 오직 한 분께만"],
        ["welcome-en"] = ["user-2@example.org", "exactly one person"],
        ["seats-held-ko"] = ["좌석 2석을 잡아 두었습니다", "50,000원", "결제 기한", "101"],
        ["seats-held-en"] = ["Your 2 seats are held", "KRW 50,000", "Pay before", "102"],
        ["confirmed-ko"] = ["좌석이 확정되었습니다", "50,000원", "101"],
        ["confirmed-en"] = ["the seats are yours", "KRW 50,000", "102"],
        ["expired-ko"] = ["청구된 금액은 없습니다", "101"],
        ["expired-en"] = ["You have not been charged", "102"],
        ["cancelled-ko"] = ["환불이 시작되었습니다", "101"],
        ["cancelled-en"] = ["your refund is on its way", "102"],
        ["concert-cancelled-ko"] = ["공연이 취소되었습니다", Why, "환불이 시작되었습니다", "101"],
        ["concert-cancelled-en"] =
        [
            "The concert does not take place",
            Why,
            "your refund is on its way",
            "102",
        ],
        ["refunded-ko"] = ["환불 금액", "50,000원", "카드사", "101"],
        ["refunded-en"] = ["Refund", "KRW 50,000", "your card", "102"],
        ["refunded-points-ko"] = ["환불 금액", "50,000원", "포인트", "101"],
        ["refunded-points-en"] = ["Refund", "KRW 50,000", "wallet", "102"],
        ["sold-out-ko"] = ["매진 시각", "10석"],
        ["sold-out-en"] = ["Sold out at", "10"],
        ["reopened-ko"] = ["예매 가능 좌석", "1석", "등록하신 순서대로"],
        ["reopened-en"] = ["Available seats", "1", "in the order of joining"],
        ["password-changed-ko"] = ["user-1@example.org", "로그아웃되었습니다"],
        ["password-changed-en"] = ["user-2@example.org", "signed out"],
        ["email-changed-ko"] = ["새 이메일 주소", "u***@example.net"],
        ["email-changed-en"] = ["New address", "u***@example.net"],
        ["new-email-ko"] = ["user@example.net", "무시하셔도 됩니다"],
        ["new-email-en"] = ["user@example.net", "sign in with it"],
        ["account-deleted-ko"] = ["user-1@example.org", "다시 가입할 수 있습니다"],
        ["account-deleted-en"] = ["user-2@example.org", "sign up again"],
    };

    private static readonly string? Kept = Environment.GetEnvironmentVariable("MAILS_KEPT_IN");

    private string _folder = "";
    private NotificationsSystem _system = null!;
    private Dictionary<string, ParsedMail> _mails = [];

    [OneTimeSetUp]
    public async Task SendAllAsync()
    {
        _folder = Kept ?? Directory.CreateTempSubdirectory("mail-").FullName;
        _system = await NotificationsSystem.StartAsync(
            ("Notifications:PickupDirectory", _folder),
            ("Notifications:PollMilliseconds", "50")
        );
        await _system.HostA.ReceiveAsync(
            Told.SignedUp(1, "민아"),
            Told.SignedUp(2, "Jisoo", "en"),
            Told.Scheduled(7, "Night")
        );
        foreach (var customer in new long[] { 1, 2 })
        {
            using var joined = await _system.HostA.SendAsync(
                HttpMethod.Post,
                "/concerts/7/waitlist",
                customer
            );
            joined.IsSuccessStatusCode.ShouldBeTrue();
        }

        await _system.HostB.ReceiveAsync([.. OfCustomer(1), .. OfCustomer(2), .. OfConcert()]);
        // What waits, or is on its way, when a customer moves goes to the new address.
        await Eventually.Until(
            "all of these are sent",
            async () => (await _system.MailsAsync()).All(m => m.State == "sent")
        );
        await _system.HostA.ReceiveAsync([
            .. OfAccount(1, "민아", "ko"),
            .. OfAccount(2, "Jisoo", "en"),
        ]);
        await _system.AllSentAsync(Subjects.Count);
        _mails = await ReadAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        if (Kept is null)
            Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void each_mail_lies_there_once_in_each_language() =>
        _mails.Keys.ShouldBe(Subjects.Keys, ignoreOrder: true);

    [Test]
    public void each_mail_is_shown_in_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "mails.md"));
        foreach (var mail in Enum.GetValues<MailKind>().Select(k => k.Name()).Concat(Second.Values))
            page.ShouldContain($"](mails/{mail}.png)");
    }

    [TestCaseSource(nameof(Subjects))]
    public void it_reads_the_same_as_text_and_as_html(KeyValuePair<string, string> expected)
    {
        var mail = _mails[expected.Key];
        var isKorean = expected.Key.EndsWith("-ko", StringComparison.Ordinal);

        mail.Defects.ShouldBeEmpty();
        mail.Headers["subject"].ShouldBe(expected.Value);
        mail.Headers["content-language"].ShouldBe(isKorean ? "ko" : "en");
        var isNew = expected.Key.StartsWith("new-email", StringComparison.Ordinal);
        mail.To.ShouldBe([
            isKorean
                ? new ParsedAddress("민아", isNew ? New : "user-1@example.org")
                : new ParsedAddress("Jisoo", isNew ? New : "user-2@example.org"),
        ]);
        mail.Type.ShouldBe("multipart/alternative");
        mail.Parts.Select(p => (p.Type, p.Charset))
            .ShouldBe([("text/plain", "utf-8"), ("text/html", "utf-8")]);
        var html = System.Net.WebUtility.HtmlDecode(mail.Parts[1].Content);
        html.ShouldStartWith("<!DOCTYPE html>", Case.Insensitive);
        var isNotice = expected.Key.Split('-')[0] is "sold" or "reopened";
        var greeting =
            isNotice ? (isKorean ? "안녕하세요." : "Hello,")
            : isKorean ? "민아님, 안녕하세요."
            : "Hello Jisoo,";
        foreach (var words in Words[expected.Key].Append(greeting))
        {
            mail.Parts[0].Content.ShouldContain(words);
            html.ShouldContain(words);
        }
    }

    private static IEnumerable<DomainEvent> OfCustomer(long customer)
    {
        var created = Told.Created(100 + customer, customer, "Night");
        return
        [
            created,
            Told.Confirmed(created),
            Told.Expired(created),
            Told.Cancelled(created),
            Told.Refunded(100 + customer, customer),
            Told.Cancelled(created) with
            {
                ConcertCancelled = true,
                Reason = Why,
            },
            Told.Refunded(100 + customer, customer) with
            {
                PaymentMethod = PaymentMethods.Point,
            },
        ];
    }

    private static IEnumerable<DomainEvent> OfAccount(long customer, string name, string language)
    {
        var changed = Told.Changed(customer, name, language);
        return
        [
            changed with
            {
                PasswordChanged = true,
            },
            changed with
            {
                EventId = Guid.CreateVersion7(),
                Version = 3,
                Email = New,
                PreviousEmail = changed.Email,
            },
            new UserDeleted
            {
                OccurredAt = Told.Now,
                Version = 4,
                UserId = customer,
                Email = changed.Email,
                Language = language,
            },
        ];
    }

    private static IEnumerable<DomainEvent> OfConcert()
    {
        var later = DateTimeOffset.UtcNow.AddMinutes(1);
        return [Told.SoldOut(7, later), Told.Reopened(7, later)];
    }

    /// <summary>By what their files' names end in: kind and language.</summary>
    private async Task<Dictionary<string, ParsedMail>> ReadAsync()
    {
        var mails = new Dictionary<string, ParsedMail>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(_folder, "*.eml").Order(StringComparer.Ordinal))
        {
            var mail = await ReadMail.ParseAsync(await File.ReadAllBytesAsync(file));
            var name = Path.GetFileNameWithoutExtension(file).Split('-', 3)[2];
            var (kind, language) = (name[..^3], name[^3..]);
            if (!mails.TryAdd(name, mail))
                mails.Add(Second[kind] + language, mail);
        }

        return mails;
    }
}
