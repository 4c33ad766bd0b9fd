using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace ConcertReservation.Tests.Integration.Verification;

/// <summary>
/// Invariant 11 on a real database whose hosts have gone: whatever is under way in it is named, and
/// nothing is where all has arrived.
/// </summary>
[Parallelizable]
internal sealed class DrainingTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private TestSystem _system = null!;
    private VerificationSettings _settings = null!;

    [OneTimeSetUp]
    public async Task Sell()
    {
        _system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        var configuration = _system.HostA.Services.GetRequiredService<IConfiguration>();
        _settings = new VerificationSettings(
            configuration.GetConnectionString("Postgres")!,
            configuration.GetConnectionString("Redis")!,
            _system.Kafka.BootstrapServers,
            _system.Kafka.Prefix
        );
        await SellOutAsync();
        (await VerifyAsync(Bound)).Violations.ShouldBeEmpty();
        // Nobody mends what the tests break.
        await _system.HostA.StopAsync();
    }

    [OneTimeTearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task what_has_arrived_everywhere_is_at_rest() => await ItIsAtRest();

    [Test]
    public async Task an_event_that_the_relay_has_not_sent() =>
        await IsSeen(
            "1 events between outbox and event store",
            """
            INSERT INTO messaging.outbox (occurred_at, version, event_id, topic, key, event_type,
                module, body)
            VALUES (clock.now(), 1, gen_random_uuid(), 'user-events', 'user-900000001', 'X',
                'accounts', '')
            """,
            "DELETE FROM messaging.outbox WHERE key = 'user-900000001'"
        );

    [Test]
    [Category("Long")]
    public async Task an_event_that_the_event_store_has_not_got() =>
        await IsSeen(
            "1 events between outbox and event store",
            """
            CREATE TABLE public.lost AS SELECT * FROM data_platform.events ORDER BY seq LIMIT 1;
            DELETE FROM data_platform.events WHERE seq = (SELECT seq FROM public.lost)
            """,
            """
            INSERT INTO data_platform.events SELECT * FROM public.lost;
            DROP TABLE public.lost
            """
        );

    public static IEnumerable<TestCaseData> Groups =>
        GroupCatalogue
            .All.Select(g => g.Name)
            .Where(g => g != GroupCatalogue.DataPlatform)
            .Select((name, i) => i == 0 ? new TestCaseData(name) : Long(name));

    [TestCaseSource(nameof(Groups))]
    public async Task a_message_that_a_group_has_not_applied(string group) =>
        await IsSeen(
            $"1 messages not yet applied by {group}",
            Moved(group, by: -1),
            Moved(group, by: 1)
        );

    [Test]
    [Category("Long")]
    public async Task messages_of_a_partition_that_a_group_has_never_read()
    {
        const string OfRanking = "consumer_group = 'ranking-service'";
        var behind = await _system.Database.ScalarAsync<long>(
            $"SELECT sum(next_offset)::bigint FROM messaging.consumer_positions WHERE {OfRanking}"
        );

        await IsSeen(
            $"{behind} messages not yet applied by ranking-service",
            $"""
            CREATE TABLE public.kept AS SELECT * FROM messaging.consumer_positions
                WHERE {OfRanking};
            DELETE FROM messaging.consumer_positions WHERE {OfRanking}
            """,
            """
            INSERT INTO messaging.consumer_positions SELECT * FROM public.kept;
            DROP TABLE public.kept
            """
        );
    }

    [Category("Long")]
    [TestCase("HELD", "1 lapsed holds")]
    [TestCase("PAYING", "1 payments being taken")]
    public async Task a_reservation_that_waits_for_its_end(string status, string left) =>
        await IsSeen(
            left,
            $"""
            INSERT INTO reservations.reservations (id, concert_id, customer_id, total_amount,
                held_until, created_at, version, status, user_email, seat_ids)
            VALUES (900000001, 1, 1, 0, clock.now() - interval '1 second', clock.now(), 1,
                '{status}', '', '{"{900000001}"}')
            """,
            "DELETE FROM reservations.reservations WHERE id = 900000001"
        );

    [Test]
    [Category("Long")]
    public async Task a_hold_that_has_time_left_is_nothing_under_way()
    {
        await _system.Database.ExecuteAsync(
            """
            INSERT INTO reservations.reservations (id, concert_id, customer_id, total_amount,
                held_until, created_at, version, status, user_email, seat_ids)
            VALUES (900000001, 1, 1, 0, clock.now() + interval '1 hour', clock.now(), 1,
                'HELD', '', '{900000001}')
            """
        );

        await ItIsAtRest();

        await _system.Database.ExecuteAsync(
            "DELETE FROM reservations.reservations WHERE id = 900000001"
        );
    }

    [Category("Long")]
    [TestCase("UNKNOWN")]
    [TestCase("REFUND_REQUESTED")]
    public async Task a_payment_whose_money_is_under_way(string status) =>
        await IsSeen(
            "1 payments unknown or being refunded",
            $"""
            INSERT INTO payments.payments (id, reservation_id, customer_id, amount, method, status,
                version, started_at, checks)
            VALUES (900000001, 900000001, 1, 1000, 'CARD', '{status}', 1, clock.now(), 0)
            """,
            "DELETE FROM payments.payments WHERE id = 900000001"
        );

    [Test]
    [Category("Long")]
    public async Task a_payment_that_nobody_ends_with_its_reservation() =>
        await IsSeen(
            "1 payments begun for what has ended",
            """
            INSERT INTO reservations.reservations (id, concert_id, customer_id, total_amount,
                held_until, created_at, version, status, user_email, seat_ids)
            VALUES (900000001, 1, 1, 0, clock.now(), clock.now(), 1, 'EXPIRED', '', '{900000001}');
            INSERT INTO payments.payments (id, reservation_id, customer_id, amount, method, status,
                version, started_at, checks)
            VALUES (900000001, 900000001, 1, 0, 'CARD', 'STARTED', 1, clock.now(), 0)
            """,
            """
            DELETE FROM payments.payments WHERE id = 900000001;
            DELETE FROM reservations.reservations WHERE id = 900000001
            """
        );

    [TestCase("status = 'SCHEDULED'", "status = 'SOLD_OUT'")]
    [TestCase("sold_seats = sold_seats - 1", "sold_seats = sold_seats + 1")]
    [Category("Long")]
    public async Task a_concert_that_is_not_marked_as_it_is(string broken, string mended) =>
        await IsSeen(
            "1 concerts to be marked sold out or reopened",
            $"UPDATE concerts.concerts SET {broken}",
            $"UPDATE concerts.concerts SET {mended}"
        );

    [Test]
    [Category("Long")]
    public async Task a_cancelled_concert_whose_reservations_have_not_ended() =>
        await IsSeen(
            "1 cancelled concerts with reservations to end",
            "UPDATE reservations.concerts SET cancelled_at = clock.now()",
            "UPDATE reservations.concerts SET cancelled_at = NULL"
        );

    [Test]
    public async Task a_mail_that_waits() =>
        await IsSeen(
            "1 mails not sent",
            """
            UPDATE notifications.mails SET state = 'pending'
            WHERE id = (SELECT min(id) FROM notifications.mails)
            """,
            "UPDATE notifications.mails SET state = 'sent'"
        );

    [Test]
    [Category("Long")]
    public async Task rankings_that_are_being_rebuilt()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(_settings.Redis);
        var keys = redis.GetDatabase();
        await IsSeen(
            "the rankings, which are being rebuilt",
            () => keys.StringSetAsync("ranking:building", "x"),
            () => keys.KeyDeleteAsync("ranking:building")
        );
    }

    private async Task SellOutAsync()
    {
        var concert = await Given.AConcert(seats: 2, ticketsPerCustomer: 2, system: _system);
        var buyer = await Given.ACustomer(_system);
        // One is given back, one is paid: every group has something to apply.
        var first = await buyer.Holds(concert.Seats(1, 2));
        await buyer.Cancels(first["reservationId"].GetInt64());
        var held = await buyer.Holds(concert.Seats(1, 2));
        var paid = await buyer.PaysByCard(held["reservationId"].GetInt64());
        paid.ShouldBe(System.Net.HttpStatusCode.OK);
        await Eventually.Until(
            "the concert is sold out",
            async () =>
                await _system.Database.ScalarAsync<string>("SELECT status FROM concerts.concerts")
                == "SOLD_OUT"
        );
    }

    /// <summary>
    /// The event store has everything, and the new Kafka nothing yet: it was judged as it was.
    /// </summary>
    [Test]
    public async Task a_kafka_that_has_lost_everything() =>
        await IsSeen(
            "a Kafka that gets everything again",
            "UPDATE messaging.relay_position SET incarnation = 'new-' || incarnation",
            "UPDATE messaging.relay_position SET incarnation = substring(incarnation FROM 5)"
        );

    private static string Moved(string group, int by) =>
        $"""
            UPDATE messaging.consumer_positions SET next_offset = next_offset + {by}
            WHERE (topic, partition) = (
                SELECT topic, partition FROM messaging.consumer_positions
                WHERE consumer_group = '{group}' AND next_offset > 0 AND topic NOT LIKE '%-dlt'
                ORDER BY topic, partition LIMIT 1)
                AND consumer_group = '{group}'
            """;

    /// <summary>Verification names what was broken, and is content when it is mended.</summary>
    private Task IsSeen(string left, string broken, string mended) =>
        IsSeen(
            left,
            () => _system.Database.ExecuteAsync(broken),
            () => _system.Database.ExecuteAsync(mended)
        );

    private async Task IsSeen(string left, Func<Task> breakIt, Func<Task> mendIt)
    {
        await breakIt();
        Finding finding;
        try
        {
            finding = await VerifyAsync(TimeSpan.Zero);
        }
        finally
        {
            await mendIt();
        }

        finding.Holds.ShouldBeFalse();
        finding.Violations.ShouldBe([$"still under way: {left}"]);
        await ItIsAtRest();
    }

    private async Task ItIsAtRest() =>
        (await VerifyAsync(TimeSpan.Zero)).Violations.ShouldBeEmpty();

    private async Task<Finding> VerifyAsync(TimeSpan bound)
    {
        var (_, findings) = await new Verifier(_settings).RunAsync(
            journal: null,
            bound,
            CancellationToken.None
        );
        return findings.Single(f => f.Number == 11);
    }

    private static TestCaseData Long(string name) => new TestCaseData(name).SetCategory("Long");
}
