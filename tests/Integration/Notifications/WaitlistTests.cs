using System.Net;
using ConcertReservation.Notifications;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Notifications;

[Parallelizable]
internal sealed class WaitlistTests
{
    private const long Concert = 7;
    private NotificationsSystem _system = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _system = await NotificationsSystem.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [SetUp]
    public async Task EmptyAsync()
    {
        await using var command = _system.Database.DataSource.CreateCommand(
            "TRUNCATE notifications.waitlist, notifications.mails, notifications.users"
        );
        await command.ExecuteNonQueryAsync();
    }

    [Test]
    public async Task everyone_waiting_hears_of_sold_out_and_reopened_in_the_order_of_joining()
    {
        await _system.HostA.ReceiveAsync(
            Told.SignedUp(1, "Kim"),
            Told.SignedUp(2, "Lee", "en"),
            Told.SignedUp(3, "Not waiting", "en")
        );
        await JoinAsync(9);
        await JoinAsync(2);
        await JoinAsync(1);
        await JoinAsync(9);
        await JoinAsync(2, concertId: 8);

        var later = DateTimeOffset.UtcNow.AddMinutes(1);
        await _system.HostB.ReceiveAsync(
            Told.SoldOut(Concert, later),
            Told.Reopened(Concert, later)
        );

        var soldOut = await _system.MailsAsync("sold-out");
        soldOut
            .Select(m => (m.UserId, m.Language, m.Recipient, m.RecipientName))
            .ShouldBe([
                (9, "ko", "customer-9@example.org", ""),
                (2, "en", "user-2@example.org", "Lee"),
                (1, "ko", "user-1@example.org", "Kim"),
            ]);
        soldOut[1].Subject.ShouldBe("[Night] Sold out");
        soldOut[0].Subject.ShouldBe("[Night] 매진되었습니다");
        (await _system.MailsAsync("reopened")).Select(m => m.UserId).ShouldBe([9, 2, 1]);
    }

    /// <summary>Else who takes the turn next tells those behind them first.</summary>
    [Test]
    public async Task mails_of_a_host_that_died_are_due_again_before_its_turn_ends()
    {
        var services = _system.HostA.Services;
        var lease = TimeSpan.FromMinutes(1);
        await JoinAsync(1);
        await _system.HostA.ReceiveAsync(
            Told.SoldOut(Concert, DateTimeOffset.UtcNow.AddMinutes(1))
        );

        var turn = await services
            .GetRequiredService<WaitlistTurns>()
            .TakeAsync(lease, CancellationToken.None);
        var taken = await services
            .GetRequiredService<MailQueue>()
            .TakeAsync(turn.ShouldNotBeNull(), 10, CancellationToken.None);

        taken.ShouldHaveSingleItem();
        (
            await _system.Database.ScalarAsync<bool>(
                """
                SELECT next_attempt_at < taken_until FROM notifications.mails
                JOIN notifications.waitlist_turns ON concert_id = waitlist_concert_id
                """
            )
        ).ShouldBeTrue();
    }

    [Test]
    public async Task a_waitlist_event_that_comes_again_is_no_second_mail()
    {
        await JoinAsync(1);
        var soldOut = Told.SoldOut(Concert, DateTimeOffset.UtcNow.AddMinutes(1));

        await _system.HostA.ReceiveAsync(soldOut);
        await _system.HostB.ReceiveAsync(soldOut);

        (await _system.MailsAsync("sold-out")).ShouldHaveSingleItem();
    }

    [Test]
    public async Task who_joined_after_it_happened_does_not_hear_of_it()
    {
        await JoinAsync(1);

        await _system.HostA.ReceiveAsync(
            Told.SoldOut(Concert, DateTimeOffset.UtcNow.AddMinutes(-1))
        );

        (await _system.MailsAsync("sold-out")).ShouldBeEmpty();
    }

    [Test]
    public async Task who_has_left_does_not_hear_of_it()
    {
        await JoinAsync(1);
        using var left = await SendAsync(HttpMethod.Delete, Concert, 1);
        using var again = await SendAsync(HttpMethod.Delete, Concert, 1);

        await _system.HostA.ReceiveAsync(
            Told.SoldOut(Concert, DateTimeOffset.UtcNow.AddMinutes(1))
        );

        left.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        again.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await _system.MailsAsync("sold-out")).ShouldBeEmpty();
    }

    [Test]
    public async Task joining_twice_over_two_hosts_is_joining_once()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(i =>
                    (i % 2 == 0 ? _system.HostA : _system.HostB).SendAsync(
                        HttpMethod.Post,
                        $"/concerts/{Concert}/waitlist",
                        customer: 1
                    )
                )
        );

        answers.ShouldAllBe(a => a.StatusCode == HttpStatusCode.NoContent);
        (
            await _system.Database.ReadAsync<long>("SELECT user_id FROM notifications.waitlist")
        ).ShouldBe([1]);
    }

    [TestCase(1001, HttpStatusCode.NotFound)]
    [TestCase(KnownConcerts.Cancelled, HttpStatusCode.Conflict)]
    [TestCase(KnownConcerts.Begun, HttpStatusCode.Conflict)]
    public async Task there_is_no_waiting_for_a_concert_that_is_not(
        long concertId,
        HttpStatusCode status
    )
    {
        using var answer = await SendAsync(HttpMethod.Post, concertId, 1);

        answer.StatusCode.ShouldBe(status);
    }

    [Test]
    public async Task waiting_needs_signing_in()
    {
        using var joined = await SendAsync(HttpMethod.Post, Concert, customer: null);
        using var left = await SendAsync(HttpMethod.Delete, Concert, customer: null);

        joined.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        left.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task JoinAsync(long customer, long concertId = Concert)
    {
        using var answer = await SendAsync(HttpMethod.Post, concertId, customer);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        long concertId,
        long? customer
    ) => _system.HostA.SendAsync(method, $"/concerts/{concertId}/waitlist", customer);
}
