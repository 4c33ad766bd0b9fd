namespace ConcertReservation.Tests.Integration.Notifications;

[Parallelizable]
internal sealed class SmtpTests
{
    private SmtpServer _server = null!;
    private NotificationsSystem _system = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = SmtpServer.Start();
        _system = await NotificationsSystem.StartAsync(
            ("Notifications:Smtp:Host", "127.0.0.1"),
            ("Notifications:Smtp:Port", $"{_server.Port}"),
            ("Notifications:PollMilliseconds", "50"),
            ("Notifications:RetryBaseSeconds", "1"),
            ("Notifications:MaxAttempts", "3")
        );
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task two_hosts_send_each_mail_once()
    {
        var users = Enumerable.Range(1, 200).Select(i => Told.SignedUp(i, $"User {i}")).ToList();

        await _system.HostA.ReceiveAsync(users);
        await _system.AllSentAsync(200);

        _server.Received.Count.ShouldBe(200);
        _server.Received.Select(m => m.MessageId).Distinct().Count().ShouldBe(200);
    }

    [Test]
    public async Task a_mail_reads_as_written()
    {
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "김민아"));
        await _system.AllSentAsync(1);

        var received = _server.Received.ShouldHaveSingleItem();
        received.Recipient.ShouldBe("user-4@example.org");
        var bytes = System.Text.Encoding.Latin1.GetBytes(received.Data);
        var mail = await ReadMail.ParseAsync(bytes);
        mail.Defects.ShouldBeEmpty();
        mail.Headers["subject"].ShouldBe("가입을 환영합니다");
        mail.Parts[0].Content.ShouldContain("김민아님, 안녕하세요.");
        mail.Parts[1].Content.ShouldContain("김민아님, 안녕하세요.");
    }

    [Test]
    public async Task a_mail_that_is_refused_for_now_is_tried_again()
    {
        _server.OnRecipient = (_, attempt) => attempt == 1 ? "450 mailbox busy" : "250 OK";

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        var mail = (await _system.AllSentAsync(1)).ShouldHaveSingleItem();

        mail.Attempts.ShouldBe(2);
        mail.Reason.ShouldBeNull();
        _server.Received.ShouldHaveSingleItem();
    }

    [Test]
    public async Task a_mailbox_that_does_not_exist_fails_at_once_and_holds_up_nobody()
    {
        _server.OnRecipient = (recipient, _) =>
            recipient == "user-4@example.org" ? "550 no such mailbox" : "250 OK";

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"), Told.SignedUp(5, "Lee"));
        var mails = await SettledAsync(2);

        mails[0].State.ShouldBe("failed");
        mails[0].Attempts.ShouldBe(1);
        mails[0].Reason.ShouldNotBeNull().ShouldContain("no such mailbox");
        mails[1].State.ShouldBe("sent");
    }

    [Test]
    public async Task an_address_that_is_none_fails_with_the_reason()
    {
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim") with { Email = "nobody" });

        var mail = (await SettledAsync(1))[0];
        mail.State.ShouldBe("failed");
        mail.Reason.ShouldNotBeNullOrEmpty();
    }

    [Test]
    public async Task a_mail_is_given_up_after_the_last_attempt()
    {
        _server.OnRecipient = (_, _) => "451 try later";

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));

        var mail = (await SettledAsync(1))[0];
        mail.State.ShouldBe("failed");
        mail.Attempts.ShouldBe(3);
        mail.Reason.ShouldNotBeNull().ShouldContain("try later");
    }

    [Test]
    public async Task failed_mails_are_sent_once_an_operator_queues_them_again()
    {
        _server.OnRecipient = (_, _) => "550 no such mailbox";
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        (await SettledAsync(1))[0].State.ShouldBe("failed");

        _server.OnRecipient = (_, _) => "250 OK";
        await _system.Database.ExecuteAsync(Runbook.BlockBelow("queue them again"));

        (await _system.AllSentAsync(1)).ShouldHaveSingleItem().Attempts.ShouldBe(2);
        _server.Received.ShouldHaveSingleItem();
    }

    [Test]
    public async Task a_server_that_is_away_costs_no_attempt_and_no_mail()
    {
        await _server.DisposeAsync();
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"), Told.SignedUp(5, "Lee"));
        await Eventually.Becomes(
            "the outage is noted",
            () => _system.MailsAsync(),
            mails => mails.Any(m => m.Reason is not null)
        );

        _server = SmtpServer.Start(_server.Port);

        var sent = await _system.AllSentAsync(2);
        sent.ShouldAllBe(m => m.Attempts == 1);
        _server.Received.Count.ShouldBe(2);
    }

    [Test]
    public async Task a_lost_answer_is_asked_for_again_under_the_same_message_id()
    {
        _server.OnMessage = _ => Task.FromResult(_server.Received.Count > 1);

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await _system.AllSentAsync(1);

        _server.Received.Count.ShouldBe(2);
        _server.Received.Select(m => m.MessageId).Distinct().ShouldHaveSingleItem();
    }

    [Test]
    [Category("Long")]
    public async Task no_customer_gets_copies_without_end_of_a_mail_whose_answer_is_always_lost()
    {
        _server.OnMessage = _ => Task.FromResult(false);

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        var mail = (await SettledAsync(1))[0];

        mail.State.ShouldBe("failed");
        mail.Attempts.ShouldBe(3);
        _server.Received.Count.ShouldBe(6);
    }

    [TestCase(null, Category = "Long")]
    [TestCase("421 too much for me", Category = "Long")]
    public async Task a_mail_that_every_server_rejects_holds_up_nobody_and_is_given_up(
        string? reply
    )
    {
        _server.OnRecipient = (recipient, _) =>
            recipient == "user-4@example.org" ? reply : "250 OK";
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));

        // New mails come as time goes by, as they do.
        for (var user = 5; await StateOfAsync(4) == "pending" && user < 900; user++)
        {
            await _system.HostA.ReceiveAsync(Told.SignedUp(user, "Lee"));
            await Eventually.Until(
                $"the mail of user {user} is sent",
                async () => await StateOfAsync(user) == "sent"
            );
        }

        (await StateOfAsync(4)).ShouldBe("failed");
    }

    [Test]
    [Category("Long")]
    public async Task a_mail_is_sent_once_however_long_the_database_cannot_record_it()
    {
        await _system.Database.ExecuteAsync(
            """
            CREATE SEQUENCE tries;
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN
                    PERFORM nextval('tries');
                    RAISE EXCEPTION 'away' USING ERRCODE = '57P03';
                END$$;
            CREATE TRIGGER refuse BEFORE UPDATE ON notifications.mails
                FOR EACH ROW WHEN (new.state = 'sent') EXECUTE FUNCTION refuse();
            """
        );

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await Eventually.Until(
            "it was tried long enough",
            () => _system.Database.ScalarAsync<bool>("SELECT last_value > 15 FROM tries")
        );
        await _system.Database.ExecuteAsync("DROP TRIGGER refuse ON notifications.mails");

        await _system.AllSentAsync(1);
        _server.Received.ShouldHaveSingleItem();
    }

    [Test]
    public async Task no_transaction_is_open_while_the_server_thinks()
    {
        var (arrived, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _server.OnMessage = async _ =>
        {
            arrived.SetResult();
            await go.Task;
            return true;
        };

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await arrived.Task;
        var open = await _system.Database.ReadAsync<long>(
            """
            SELECT count(*) FROM pg_locks JOIN pg_class ON pg_class.oid = relation
            WHERE relname = 'mails' AND mode = 'RowExclusiveLock'
                -- Copies of one template have tables of the same number.
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        );
        go.SetResult();

        open.ShouldBe([0]);
        await _system.AllSentAsync(1);
    }

    private Task<IReadOnlyList<QueuedMail>> SettledAsync(int count) =>
        Eventually.Becomes(
            $"{count} mails are sent or failed",
            () => _system.MailsAsync(),
            mails => mails.Count == count && mails.All(m => m.State != "pending")
        );

    private Task<string> StateOfAsync(long user) =>
        _system.Database.ScalarAsync<string>(
            "SELECT state FROM notifications.mails WHERE user_id = $1",
            user
        );
}
