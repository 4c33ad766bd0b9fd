using ConcertReservation.Notifications;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// A host takes its turn over a waitlist, and its mails only later: it waits for a row, or stands
/// still in between. Nobody sends here but the test.
/// </summary>
[Parallelizable]
internal sealed class WaitlistTurnTests
{
    private const int LeaseSeconds = 30;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(LeaseSeconds);

    private NotificationsSystem _system = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _system = await NotificationsSystem.StartAsync();
        await _system.JoinAsync(concertId: 7, 3, 2, 1);
        await _system.HostA.ReceiveAsync(Told.SoldOut(7, DateTimeOffset.UtcNow.AddMinutes(1)));
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [Test]
    public async Task mails_that_were_taken_late_in_a_turn_are_due_again_before_it_lapses()
    {
        var turn = (await TakeTurnAsync()).ShouldNotBeNull();
        await AdvanceAsync(seconds: 6);

        (await TakeMailsAsync(turn, max: 2)).ShouldBe(2);

        var behind = await _system.Database.ScalarAsync<long>(
            """
            SELECT count(*) FROM notifications.mails
            JOIN notifications.waitlist_turns ON concert_id = waitlist_concert_id
            WHERE next_attempt_at >= taken_until
            """
        );
        behind.ShouldBe(0);
        // The host dies, and the next one begins where it had begun.
        await AdvanceAsync(seconds: LeaseSeconds + 6);
        var next = (await TakeTurnAsync()).ShouldNotBeNull();
        (await TakeMailsAsync(next, max: 10)).ShouldBe(3);
    }

    [Test]
    public async Task a_turn_that_has_lapsed_takes_no_mail()
    {
        var turn = (await TakeTurnAsync()).ShouldNotBeNull();
        await AdvanceAsync(seconds: LeaseSeconds + 6);

        (await TakeMailsAsync(turn, max: 10)).ShouldBe(0);

        var next = (await TakeTurnAsync()).ShouldNotBeNull();
        (await TakeMailsAsync(turn, max: 10)).ShouldBe(0);
        (await TakeMailsAsync(next, max: 10)).ShouldBe(3);
    }

    private Task<WaitlistTurn?> TakeTurnAsync() =>
        _system
            .HostA.Services.GetRequiredService<WaitlistTurns>()
            .TakeAsync(Lease, CancellationToken.None);

    private async Task<int> TakeMailsAsync(WaitlistTurn turn, int max)
    {
        var queue = _system.HostA.Services.GetRequiredService<MailQueue>();
        return (await queue.TakeAsync(turn, max, CancellationToken.None)).Count;
    }

    /// <param name="seconds">From the real time on.</param>
    private Task AdvanceAsync(int seconds) =>
        _system.Database.ExecuteAsync(
            $"""
            CREATE OR REPLACE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql VOLATILE
                PARALLEL SAFE AS 'SELECT clock_timestamp() + interval ''{seconds} seconds'''
            """
        );
}
