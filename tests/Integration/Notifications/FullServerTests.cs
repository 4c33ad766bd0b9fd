using static ConcertReservation.Tests.Integration.Notifications.Waitlisted;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// A server that has no room for another connection, or goes away between two mails, knows nothing
/// of the mails that wait: it costs them no attempt and no place.
/// </summary>
[Parallelizable]
internal sealed class FullServerTests
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
            // The server takes its time as the test does: nobody gives up meanwhile.
            ("Notifications:LeaseSeconds", "300"),
            ("Notifications:Smtp:TimeoutSeconds", "20"),
            ("Notifications:Connections", "1"),
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
    public async Task a_list_keeps_its_order_while_other_mails_hold_all_connections()
    {
        const int Crowd = 20;
        var go = new TaskCompletionSource();
        _server.OnMessage = async _ =>
        {
            await go.Task;
            return true;
        };
        await _system.HostA.ReceiveAsync([
            .. Enumerable.Range(20, Crowd).Select(user => Told.SignedUp(user, "Kim")),
        ]);
        await Eventually.Until("both hosts send", () => _server.Received.Count == 2);
        await _system.JoinAsync(concertId: 7, 5, 4, 3, 2, 1);

        _server.Refusal = "421 too many connections";
        await _system.HostA.ReceiveAsync(Told.SoldOut(7, DateTimeOffset.UtcNow.AddMinutes(1)));
        await Eventually.Until("the list met no room", () => _server.Refusals >= 2);
        go.SetResult();
        await Eventually.Until("the others have gone", () => _server.Received.Count == Crowd);
        await Eventually.Until("the list met none again", () => _server.Refusals >= 6);
        _server.Refusal = null;
        var mails = await _system.AllSentAsync(Crowd + 5);

        _server.Received.Skip(Crowd).Select(m => m.Recipient).ShouldBe(Addresses(5, 4, 3, 2, 1));
        mails.ShouldAllBe(m => m.Attempts == 1);
    }

    [Test]
    public async Task a_mail_at_which_the_server_went_away_was_not_tried()
    {
        _server.OnRecipient = (recipient, attempt) =>
        {
            if (recipient != "user-5@example.org" || attempt > 1)
                return "250 OK";
            _server.Refusal = "421 shutting down";
            return _server.Refusal;
        };

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"), Told.SignedUp(5, "Lee"));
        await Eventually.Until("it greets nobody any more", () => _server.Refusals > 0);
        _server.Refusal = null;

        (await _system.AllSentAsync(2)).ShouldAllBe(m => m.Attempts == 1);
    }
}
