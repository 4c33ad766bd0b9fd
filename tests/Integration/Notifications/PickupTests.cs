namespace ConcertReservation.Tests.Integration.Notifications;

[Parallelizable]
internal sealed class PickupTests
{
    private string _folder = "";
    private NotificationsSystem _system = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("mail-").FullName;
        _system = await NotificationsSystem.StartAsync(
            ("Notifications:PickupDirectory", _folder),
            ("Notifications:From", "콘서트 예매 <tickets@concert.example>"),
            ("Notifications:PollMilliseconds", "50")
        );
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task a_welcome_mail_lies_in_the_folder_and_reads_as_written()
    {
        const string Name = "<b>\"Kim\" & 김</b>";
        var user = Told.SignedUp(4, Name);

        await _system.HostA.ReceiveAsync(user);
        await _system.AllSentAsync(1);

        var file = Directory.GetFiles(_folder).ShouldHaveSingleItem();
        Path.GetFileName(file).ShouldMatch("^\\d{8}T\\d{6}-000001-welcome-ko\\.eml$");
        var mail = await ReadMail.ParseAsync(await File.ReadAllBytesAsync(file));
        mail.Defects.ShouldBeEmpty();
        mail.Type.ShouldBe("multipart/alternative");
        mail.Headers["from"].ShouldBe("콘서트 예매 <tickets@concert.example>");
        mail.Headers["to"].ShouldContain("<user-4@example.org>");
        mail.Headers["to"].ShouldContain("김");
        mail.Headers["subject"].ShouldBe("가입을 환영합니다");
        mail.Headers["message-id"].ShouldStartWith($"<{user.EventId:N}.");
        mail.Headers["message-id"].ShouldEndWith("@concert.example>");
        mail.Headers["auto-submitted"].ShouldBe("auto-generated");
        mail.Headers["date"].ShouldNotBeEmpty();
        mail.Parts.Select(p => (p.Type, p.Charset))
            .ShouldBe([("text/plain", "utf-8"), ("text/html", "utf-8")]);
        mail.Parts[0].Content.ShouldContain($"{Name}님, 안녕하세요.");
        mail.Parts[1].Content.ShouldContain("&lt;b&gt;&quot;Kim&quot; &amp; 김&lt;/b&gt;님");
    }

    [Test]
    public async Task two_hosts_write_each_mail_once()
    {
        var users = Enumerable.Range(1, 300).Select(i => Told.SignedUp(i, $"User {i}")).ToList();

        await Task.WhenAll(
            _system.HostA.ReceiveAsync([.. users.Take(150)]),
            _system.HostB.ReceiveAsync([.. users.Skip(150)])
        );
        await _system.AllSentAsync(300);

        Directory.GetFiles(_folder, "*.eml").Length.ShouldBe(300);
        Directory.GetFileSystemEntries(Path.Combine(_folder, ".drafts")).ShouldBeEmpty();
        (await _system.MailsAsync()).ShouldAllBe(m => m.Attempts == 1);
    }

    [Test]
    public async Task a_line_break_in_a_name_adds_no_header()
    {
        await _system.HostA.ReceiveAsync(
            Told.SignedUp(4, "Kim\r\nBcc: all@example.org", "en"),
            Told.Created(77, 4, "Night\r\nX-Evil: yes")
        );
        await _system.AllSentAsync(2);

        foreach (var file in Directory.GetFiles(_folder))
        {
            var mail = await ReadMail.ParseAsync(await File.ReadAllBytesAsync(file));
            mail.Headers.Keys.ShouldNotContain("bcc");
            mail.Headers.Keys.ShouldNotContain("x-evil");
        }
    }

    [TestCase("Lee \"Jisoo\" O'Hara \\ Co.")]
    [TestCase("\"Kim\"")]
    [TestCase("Kim\" <all@example.org>, \"Lee")]
    [TestCase("김\" <all@example.org>, \"Lee")]
    [TestCase("a@b.example, <c@d.example>")]
    [TestCase("\\")]
    public async Task a_name_is_one_recipients_name_whatever_is_in_it(string name)
    {
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, name, "en"));
        await _system.AllSentAsync(1);

        var file = Directory.GetFiles(_folder).ShouldHaveSingleItem();
        var mail = await ReadMail.ParseAsync(await File.ReadAllBytesAsync(file));
        mail.Defects.ShouldBeEmpty();
        mail.To.ShouldBe([new ParsedAddress(name, "user-4@example.org")]);
    }

    [Test]
    public async Task what_an_earlier_try_left_is_in_nobodys_way()
    {
        var draft = Directory.CreateDirectory(Path.Combine(_folder, ".drafts", "1-1"));
        await File.WriteAllTextAsync(Path.Combine(draft.FullName, "left.eml"), "Half");

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await _system.AllSentAsync(1);

        Directory.GetFiles(_folder).ShouldHaveSingleItem();
    }

    [Test]
    public async Task a_folder_that_is_not_there_any_more_comes_back()
    {
        Directory.Delete(_folder, recursive: true);

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await _system.AllSentAsync(1);

        Directory.GetFiles(_folder).ShouldHaveSingleItem();
    }

    [Test]
    public async Task a_refund_waits_until_its_customer_is_known()
    {
        var refunded = Told.Refunded(reservationId: 77, userId: 4);
        await _system.HostA.ReceiveAsync(refunded);
        await _system.HostB.ReceiveAsync(refunded);
        (await _system.MailsAsync()).ShouldBeEmpty();

        await _system.HostB.ReceiveAsync(Told.SignedUp(4, "Mina", "en"));

        var mails = await _system.AllSentAsync(2);
        var refund = mails.Single(m => m.Kind == "refunded");
        refund.Subject.ShouldBe("Your refund is complete");
        refund.Text.ShouldContain("Refund: KRW 50,000");
        var waiting = await _system.Database.ReadAsync<long>(
            "SELECT count(*) FROM notifications.unaddressed_refunds"
        );
        waiting.ShouldBe([0]);
    }
}
