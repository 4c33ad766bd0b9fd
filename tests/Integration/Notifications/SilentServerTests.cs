namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>A server that takes connections and says nothing is away like any other.</summary>
[Parallelizable]
internal sealed class SilentServerTests
{
    private readonly TaskCompletionSource _speaks = new();
    private SmtpServer _server = null!;
    private NotificationsSystem _system = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = SmtpServer.Start();
        _server.Greeting = _speaks.Task;
        _system = await NotificationsSystem.StartAsync(
            ("Notifications:Smtp:Host", "127.0.0.1"),
            ("Notifications:Smtp:Port", $"{_server.Port}"),
            ("Notifications:Smtp:TimeoutSeconds", "3"),
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
    public async Task it_costs_no_attempt_and_no_mail()
    {
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"), Told.SignedUp(5, "Lee"));
        var waiting = await Eventually.Becomes(
            "it is told why the mails wait",
            () => _system.MailsAsync(),
            mails => mails.All(m => m.Reason is not null)
        );
        _speaks.SetResult();
        var sent = await _system.AllSentAsync(2);

        waiting.ShouldAllBe(m => m.Reason!.Contains("does not greet", StringComparison.Ordinal));
        sent.ShouldAllBe(m => m.Attempts == 1);
        _server.Received.Count.ShouldBe(2);
        // By each host that has met it.
        _system.Log.Count("No mail can be handed over").ShouldBeInRange(1, 2);
        _system.Log.Count("was not taken").ShouldBe(0);
    }
}
