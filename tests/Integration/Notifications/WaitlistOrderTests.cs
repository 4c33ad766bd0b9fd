using ConcertReservation.Notifications;
using Microsoft.Extensions.DependencyInjection;
using static ConcertReservation.Tests.Integration.Notifications.Waitlisted;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// Who joined a waitlist first hears first, whatever the server does, and over two hosts.
/// </summary>
[Parallelizable]
internal sealed class WaitlistOrderTests
{
    /// <summary>Later than all have joined: who joins after an event is not told of it.</summary>
    private static DateTimeOffset Later => DateTimeOffset.UtcNow.AddMinutes(1);

    private SmtpServer _server = null!;
    private NotificationsSystem _system = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = SmtpServer.Start();
        _system = await NotificationsSystem.StartAsync(
            ("Notifications:Smtp:Host", "127.0.0.1"),
            ("Notifications:Smtp:Port", $"{_server.Port}"),
            // A test may take its time for an answer.
            ("Notifications:Smtp:TimeoutSeconds", "20"),
            ("Notifications:LeaseSeconds", "40"),
            ("Notifications:PollMilliseconds", "50"),
            ("Notifications:BatchSize", "10"),
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
    public async Task nobody_overtakes_a_slow_mail_but_mails_to_others()
    {
        var answer = new TaskCompletionSource<bool>();
        _server.OnMessage = mail =>
            mail.Recipient == Address(5) ? answer.Task : Task.FromResult(true);
        await _system.JoinAsync(concertId: 7, 5, 4, 3, 2, 1);
        await _system.HostA.ReceiveAsync(Told.SoldOut(7, Later));
        await Eventually.Until("the first one arrives", () => _server.Received.Count == 1);

        await _system.JoinAsync(concertId: 8, 9);
        await _system.HostB.ReceiveAsync(Told.SignedUp(6, "Kim"), Told.SoldOut(8, Later));
        await Eventually.Until("mails to others arrive", () => _server.Received.Count >= 3);
        var arrived = Recipients();
        answer.SetResult(true);
        await _system.AllSentAsync(7);

        arrived[0].ShouldBe(Address(5));
        arrived[1..].ShouldBe(["user-6@example.org", Address(9)], ignoreOrder: true);
        Recipients()[3..].ShouldBe(Addresses(4, 3, 2, 1));
    }

    [Test]
    public async Task each_list_is_told_from_first_to_last_over_several_turns_of_two_hosts()
    {
        var seven = Enumerable.Range(1, 35).ToArray();
        var eight = Enumerable.Range(50, 25).Reverse().ToArray();
        await _system.JoinAsync(concertId: 7, seven);
        await _system.JoinAsync(concertId: 8, eight);

        await Task.WhenAll(
            _system.HostA.ReceiveAsync(Told.SoldOut(7, Later), Told.Reopened(7, Later)),
            _system.HostB.ReceiveAsync(Told.SoldOut(8, Later))
        );
        await _system.AllSentAsync((2 * seven.Length) + eight.Length);

        var told = Recipients();
        told.Intersect(Addresses(seven)).ShouldBe(Addresses(seven));
        told.Where(Addresses(seven).Contains).ShouldBe([.. Addresses(seven), .. Addresses(seven)]);
        told.Where(Addresses(eight).Contains).ShouldBe(Addresses(eight));
        (await _system.MailsAsync()).ShouldAllBe(m => m.Attempts == 1);
    }

    [Test]
    public async Task who_is_first_stays_first_when_the_server_hangs_up_without_a_word()
    {
        _server.OnRecipient = (recipient, attempt) =>
            recipient == Address(5) && attempt == 1 ? null : "250 OK";
        await _system.JoinAsync(concertId: 7, 5, 4, 3);

        await _system.HostA.ReceiveAsync(Told.SoldOut(7, Later));
        var mails = await _system.AllSentAsync(3);

        Recipients().ShouldBe(Addresses(5, 4, 3));
        mails.ShouldAllBe(m => m.Attempts == 1);
    }

    [Test]
    public async Task who_is_first_stays_first_when_the_server_goes_away()
    {
        _server.OnRecipient = (recipient, attempt) =>
            recipient == Address(3) && attempt <= 4 ? "421 closing" : "250 OK";
        await _system.JoinAsync(concertId: 7, 5, 4, 3, 2, 1);

        await _system.HostA.ReceiveAsync(Told.SoldOut(7, Later));
        var mails = await _system.AllSentAsync(5);

        Recipients().ShouldBe(Addresses(5, 4, 3, 2, 1));
        // An outage costs no attempt.
        mails.ShouldAllBe(m => m.Attempts == 1);
    }

    [Test]
    [Category("Long")]
    public async Task who_was_overtaken_in_a_long_outage_is_next()
    {
        _server.OnRecipient = (recipient, _) =>
            recipient == Address(5) && !Recipients().Contains(Address(4))
                ? "421 closing"
                : "250 OK";
        await _system.JoinAsync(concertId: 7, 5, 4, 3, 2);

        await _system.HostA.ReceiveAsync(Told.SoldOut(7, Later));
        var mails = await _system.AllSentAsync(4);

        Recipients().ShouldBe(Addresses(4, 5, 3, 2));
        mails.ShouldAllBe(m => m.Attempts == 1);
    }

    [Test]
    [Category("Long")]
    public async Task a_list_goes_on_behind_a_mail_that_is_rejected_while_others_are_told()
    {
        const int Crowd = 300;
        _server.OnRecipient = (recipient, _) =>
            recipient == Address(5) ? "421 too much for me" : "250 OK";
        await _system.JoinAsync(concertId: 7, 5, 4, 3);
        await _system.Database.ExecuteAsync(
            """
            INSERT INTO notifications.waitlist (concert_id, user_id, email, joined_at)
            SELECT 8, n, 'crowd-' || n || '@example.org', clock.now()
            FROM generate_series(1001, 1000 + $1) n
            """,
            Crowd
        );

        await _system.HostA.ReceiveAsync(Told.SoldOut(8, Later), Told.SoldOut(7, Later));
        await Eventually.Until(
            "the crowd is told",
            () => Recipients().Count(r => r.StartsWith("crowd", StringComparison.Ordinal)) == Crowd
        );

        Recipients().Take(Crowd).ShouldContain(Address(4));
        Recipients().Take(Crowd).ShouldContain(Address(3));
    }

    [Test]
    [Category("Long")]
    public async Task who_is_first_stays_first_though_the_database_had_failed_before()
    {
        _server.OnRecipient = (recipient, attempt) =>
            recipient == Address(5) && attempt == 1 ? "421 closing" : "250 OK";
        await _system.JoinAsync(concertId: 7, 5, 4, 3);
        await _system.Database.ExecuteAsync(
            """
            CREATE SEQUENCE tries;
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN
                    PERFORM nextval('tries');
                    RAISE EXCEPTION 'away' USING ERRCODE = '57P03';
                END$$;
            CREATE TRIGGER refuse BEFORE INSERT ON notifications.waitlist_turns
                FOR EACH ROW EXECUTE FUNCTION refuse();
            """
        );

        await _system.HostA.ReceiveAsync(Told.SoldOut(7, Later));
        await Eventually.Until(
            "both hosts have met it",
            () => _system.Database.ScalarAsync<bool>("SELECT last_value > 3 FROM tries")
        );
        await _system.Database.ExecuteAsync("DROP TRIGGER refuse ON notifications.waitlist_turns");
        var mails = await _system.AllSentAsync(3);

        Recipients().ShouldBe(Addresses(5, 4, 3));
        mails.ShouldAllBe(m => m.Attempts == 1);
    }

    [Test]
    public async Task an_outage_is_over_once_other_mails_go_though_nobody_is_left_to_tell()
    {
        _server.OnRecipient = (recipient, attempt) =>
            recipient != Address(5) ? "250 OK"
            : attempt <= 2 ? "421 closing"
            : "550 no such mailbox";
        await _system.JoinAsync(concertId: 7, 5);
        await _system.HostA.ReceiveAsync(Told.SoldOut(7, Later));
        await Eventually.Until("the list is told", async () => !await PendingAsync());
        Outages().ShouldBeGreaterThan(0);

        for (var user = 20; Outages() > 0 && user < 100; user++)
        {
            await _system.HostA.ReceiveAsync(Told.SignedUp(user, "Lee"));
            await _system.HostB.ReceiveAsync(Told.SignedUp(user + 1000, "Lee"));
            await Eventually.Until(
                $"the mail of user {user} has arrived",
                () => Recipients().Contains($"user-{user}@example.org")
            );
        }

        Outages().ShouldBe(0);
    }

    [Test]
    public async Task a_mail_that_is_refused_for_now_holds_up_nobody()
    {
        _server.OnRecipient = (recipient, attempt) =>
            recipient == Address(5) && attempt == 1 ? "450 mailbox busy" : "250 OK";
        await _system.JoinAsync(concertId: 7, 5, 4, 3);

        await _system.HostA.ReceiveAsync(Told.SoldOut(7, Later));
        await _system.AllSentAsync(3);

        Recipients().ShouldBe(Addresses(4, 3, 5));
    }

    [Test]
    [Category("Long")]
    public async Task mails_that_every_server_rejects_hold_up_nobody_and_are_given_up()
    {
        _server.OnRecipient = (recipient, _) =>
            recipient == Address(5) || recipient == Address(4) ? "421 too much for me" : "250 OK";
        await _system.JoinAsync(concertId: 7, 5, 4, 3, 2);

        await _system.HostA.ReceiveAsync(Told.SoldOut(7, Later));
        // Other mails come as time goes by, as they do.
        for (var user = 20; await PendingAsync() && user < 900; user++)
        {
            await _system.HostA.ReceiveAsync(Told.SignedUp(user, "Lee"));
            await _system.HostB.ReceiveAsync(Told.SignedUp(user + 1000, "Lee"));
            await Eventually.Until(
                $"the mail of user {user} has arrived",
                () => Recipients().Contains($"user-{user}@example.org")
            );
        }

        Recipients()
            .Where(r => r.StartsWith("customer", StringComparison.Ordinal))
            .ShouldBe(Addresses(3, 2));
        (await _system.MailsAsync("sold-out"))
            .Select(m => m.State)
            .ShouldBe(["failed", "failed", "sent", "sent"]);
    }

    private Task<bool> PendingAsync() =>
        _system.Database.ScalarAsync<bool>(
            """
            SELECT EXISTS (SELECT FROM notifications.mails
                WHERE kind = 'sold-out' AND state = 'pending')
            """
        );

    private int Outages() =>
        new[] { _system.HostA, _system.HostB }.Count(host =>
            host.Services.GetRequiredService<TellInOrder>().Outage.Failures > 0
        );

    private string[] Recipients() => [.. _server.Received.Select(m => m.Recipient)];
}
