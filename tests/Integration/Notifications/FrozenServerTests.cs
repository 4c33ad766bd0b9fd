using static ConcertReservation.Tests.Integration.Notifications.Waitlisted;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// A server takes a mail and says nothing any more. Whether it has it nobody knows, and whether
/// that is the mail's doing neither: it costs no attempt and no place.
/// </summary>
[Parallelizable]
internal sealed class FrozenServerTests
{
    private TaskCompletionSource<bool> _never = null!;
    private SmtpServer _server = null!;
    private NotificationsSystem _system = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _never = new();
        _server = SmtpServer.Start();
        _server.OnMessage = _ => _server.Received.Count == 1 ? _never.Task : Task.FromResult(true);
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
        _never.TrySetResult(false);
        if (_system is not null)
            await _system.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task who_is_first_on_a_list_is_told_again_before_the_others()
    {
        await _system.JoinAsync(concertId: 7, 5, 4, 3);

        await _system.HostA.ReceiveAsync(Told.SoldOut(7, DateTimeOffset.UtcNow.AddMinutes(1)));
        var mails = await _system.AllSentAsync(3);

        Recipients()[..2].ShouldBe(Addresses(5, 5));
        Recipients().Distinct().ShouldBe(Addresses(5, 4, 3));
        mails.ShouldAllBe(m => m.Attempts == 1);
    }

    [Test]
    public async Task a_mail_to_one_customer_goes_again()
    {
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));

        var mail = (await _system.AllSentAsync(1)).ShouldHaveSingleItem();

        mail.Attempts.ShouldBe(1);
        Recipients()[..2].ShouldAllBe(r => r == "user-4@example.org");
    }

    private string[] Recipients() => [.. _server.Received.Select(m => m.Recipient)];
}
