using System.Net;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>
/// Everybody at once, with tokens of their own, over two hosts: what customers are told, what Kafka
/// tells, and what mails say agree.
/// </summary>
[Parallelizable]
internal sealed class CrowdTests
{
    private TestSystem _system = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _system = await TestSystem.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [TestCase(250)]
    [TestCase(1000, Category = "Long")]
    public async Task of_a_crowd_at_one_seat_one_gets_it(int customers)
    {
        var concert = await Given.AConcert(seats: 1, system: _system);
        var crowd = await Given.Customers(customers, _system);

        var answers = await Task.WhenAll(
            crowd.Select((customer, i) => customer.On(HostOf(i)).Holds(concert.Seat(1)))
        );

        var winner = answers.Index().Single(a => a.Item.Status == HttpStatusCode.Created);
        foreach (var refused in answers.Where((_, i) => i != winner.Index))
            refused.ShouldBe(HttpStatusCode.Conflict, "seat-taken");
        await ShouldBeToldOnce(winner.Item["reservationId"].GetInt64());
        await crowd[winner.Index].Receives("좌석을 선점했습니다");
        var mails = await _system.Database.ScalarAsync<long>(
            "SELECT count(*) FROM notifications.mails "
                + "WHERE kind = 'seats-held' AND user_id = ANY ($1)",
            crowd.Select(customer => customer.Id).ToArray()
        );
        mails.ShouldBe(1);
    }

    [Test]
    public async Task parallel_requests_of_one_customer_stop_at_the_limit()
    {
        var concert = await Given.AConcert(seats: 40, ticketsPerCustomer: 4, system: _system);
        var mina = await Given.ACustomer(_system);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i => mina.On(HostOf(i)).Holds(concert.Seats((2 * i) + 1, (2 * i) + 2)))
        );

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(2);
        foreach (var refused in answers.Where(a => !a.IsSuccess))
            refused.ShouldBe(HttpStatusCode.Conflict, "ticket-limit");
        await mina.Ranks(concert, seats: 4);
    }

    [Test]
    public async Task one_key_on_two_hosts_is_one_hold_one_charge_and_one_payment()
    {
        var concert = await Given.AConcert(seats: 1, system: _system);
        var mina = await Given.ACustomer(_system);

        var held = await AtOnce(mina, m => m.Holds("one-key", concert.Seat(1)));
        var reservation = held["reservationId"].GetInt64();
        await AtOnce(mina, m => m.Charges(80_000, "one-key"));
        var paid = await AtOnce(mina, m => m.PaysByPoints(reservation, "one-key"));

        paid["status"].GetString().ShouldBe("COMPLETED");
        (await mina.HasPoints()).ShouldBe(30_000);
        await mina.SeesReservation(reservation, "CONFIRMED");
        await ShouldBeToldOnce(reservation);
    }

    private TestHost HostOf(int number) => _system.Hosts[number % 2];

    /// <summary>
    /// Ten times at once over both hosts; everybody hears the same, one is the first.
    /// </summary>
    private async Task<Answer> AtOnce(Persona customer, Func<Persona, Task<Answer>> request)
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => request(customer.On(HostOf(i))))
        );
        foreach (var answer in answers)
            answer.ShouldBe(HttpStatusCode.Created).Body.ShouldBe(answers[0].Body);
        answers.Count(a => !a.Headers.ContainsKey("Idempotency-Replayed")).ShouldBe(1);
        return answers[0];
    }

    /// <summary>One hold, of one event; the relay may have sent it twice.</summary>
    private async Task ShouldBeToldOnce(long reservation)
    {
        var key = $"reservation-{reservation}";
        await Eventually.Until(
            $"Kafka tells of {key}",
            () => _system.Kafka.ReadAll(Topics.Reservations).Any(r => r.Message.Key == key),
            Story.Patience
        );
        var told = await _system.Database.ScalarAsync<long>(
            $"""
            SELECT count(*) FROM messaging.outbox
            WHERE key = '{key}' AND event_type = 'RESERVATION_CREATED'
            """
        );
        told.ShouldBe(1);
    }
}
