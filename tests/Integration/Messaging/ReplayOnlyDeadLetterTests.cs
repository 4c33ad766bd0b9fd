using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using ConcertReservation.Contracts;
using ConcertReservation.Payments;
using ConcertReservation.Tests.Integration.Sale;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// Once an operator could discard the one event by which a payment becomes a sale, or a refund, and
/// nothing applied it any more: paid, no ticket, no refund.
/// </summary>
[Parallelizable]
internal sealed class ReplayOnlyDeadLetterTests
{
    private const string Letters = "/api/ops/dead-letters";

    /// <summary>Nobody has booked or paid anything of this number.</summary>
    private const long Nowhere = 9_000_000_000_000;

    private TestSystem _system = null!;
    private Persona _operator = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Kafka:Consuming:RetryDelayMilliseconds"] = "20",
                    ["Payments:MeasureSeconds"] = "1",
                },
            }
        );
        _operator = await Integration.Given.TheOperator(_system);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [Test]
    public async Task money_that_came_is_told_of_and_not_discarded_until_it_brings_its_ticket()
    {
        var concert = await Integration.Given.AConcert(system: _system);
        var mina = await Integration.Given.ACustomer(_system);
        var reservation = await mina.Reserves(concert.Seat(1));
        await RefuseAsync(
            "reservations.reservations",
            $"NEW.id = {reservation} AND NEW.status = 'CONFIRMED'"
        );
        (await mina.Charges(50_000)).IsSuccess.ShouldBeTrue();
        var paid = (await mina.PaysByPoints(reservation)).ShouldBe(HttpStatusCode.Created);
        var letter = await LetterAsync("reservation-service", $"payment-{paid["paymentId"]}");
        using var metrics = new HostMetrics(
            _system.HostA.Services.GetRequiredService<IMeterFactory>(),
            PaymentMetrics.MeterName
        );

        var refused = await DiscardAsync(letter);
        var all = await _operator.Api.Post($"{Letters}/discard", new { all = true });

        refused.ShouldBe(HttpStatusCode.Conflict, "illegal-state");
        refused["detail"].GetString()!.ShouldContain("PAYMENT_COMPLETED");
        refused["detail"].GetString()!.ShouldContain("replay it");
        all.ShouldBe(HttpStatusCode.OK);
        all["replayOnly"].GetInt64().ShouldBe(1);
        all["discarded"].GetInt64().ShouldBe(0);
        await Eventually.Until("it is told of", () => PaidWithoutTicket(metrics) == 1);

        await MendAsync();
        (await ReplayAsync(letter))["replayed"].GetInt32().ShouldBe(1);
        await mina.SeesReservation(reservation, "CONFIRMED");
        await Eventually.Until("it is told of no longer", () => PaidWithoutTicket(metrics) == 0);
    }

    [Test]
    public async Task a_sale_that_is_given_back_is_not_discarded_until_its_money_goes_back()
    {
        var concert = await Integration.Given.AConcert(system: _system);
        var mina = await Integration.Given.ACustomer(_system);
        var reservation = await mina.Buys(concert.Seat(1));
        await RefuseAsync(
            "payments.payments",
            $"NEW.reservation_id = {reservation} AND NEW.status = 'REFUND_REQUESTED'"
        );
        (await mina.Cancels(reservation)).ShouldBe(HttpStatusCode.NoContent);
        var letter = await LetterAsync("payment-service", $"reservation-{reservation}");

        var both = await DiscardAsync(letter, Nowhere);

        both.ShouldBe(HttpStatusCode.OK);
        both["discarded"].GetInt64().ShouldBe(0);
        both["skipped"]
            .EnumerateArray()
            .Select(s => $"{s.GetProperty("deadLetterId")} {s.GetProperty("reason")}")
            .ShouldBe([$"{letter} replay-only", $"{Nowhere} not-found"], ignoreOrder: true);

        await MendAsync();
        (await ReplayAsync(letter))["replayed"].GetInt32().ShouldBe(1);
        await Eventually.Becomes(
            "her points are back",
            () => mina.HasPoints(),
            points => points == 50_000,
            Story.Patience
        );
    }

    [Test]
    public async Task what_nobody_can_read_is_discarded_whatever_it_calls_itself()
    {
        var body = EventCatalogue.Serialize(Given.Paid(Nowhere));
        var whole = await BuryAsync("reservation-service", "PAYMENT_COMPLETED", body);
        var broken = await BuryAsync("reservation-service", "PAYMENT_COMPLETED", body[..^1]);

        (await DiscardAsync(whole)).ShouldBe(HttpStatusCode.Conflict, "illegal-state");
        (await DiscardAsync(broken))["discarded"].GetInt64().ShouldBe(1);

        await DecideAsync(whole);
    }

    [Test]
    public async Task what_others_miss_is_theirs_to_put_right()
    {
        var body = EventCatalogue.Serialize(Given.Paid(Nowhere));
        var ours = await BuryAsync("data-platform", "PAYMENT_COMPLETED", body);
        var theirs = await BuryAsync("settlement", "PAYMENT_COMPLETED", body);

        (await DiscardAsync(ours, theirs))["discarded"].GetInt64().ShouldBe(2);
    }

    /// <summary>Else it would block for good what may really come of its key.</summary>
    [Test]
    public async Task what_names_nothing_that_there_is_is_discarded_once_a_replay_has_found_out()
    {
        var failed = new ReservationConfirmationFailed
        {
            OccurredAt = DateTimeOffset.UtcNow,
            ReservationId = Nowhere,
            UserId = 1,
            ConcertId = 1,
            PaymentId = Nowhere,
            Amount = new Money(50_000),
            Reason = "seats gone",
        };
        long[] letters =
        [
            await BuryAsync(
                "reservation-service",
                "PAYMENT_COMPLETED",
                EventCatalogue.Serialize(Given.Paid(Nowhere))
            ),
            await BuryAsync("payment-service", failed.EventType, EventCatalogue.Serialize(failed)),
        ];

        foreach (var letter in letters)
        {
            (await DiscardAsync(letter)).ShouldBe(HttpStatusCode.Conflict, "illegal-state");
            (await ReplayAsync(letter))["failed"].GetArrayLength().ShouldBe(1);
            (await DiscardAsync(letter))["discarded"].GetInt64().ShouldBe(1);
        }
    }

    /// <summary>Changes of this table that are so fail, and are nobody's outage.</summary>
    private Task RefuseAsync(string table, string condition) =>
        _system.Database.ExecuteAsync(
            $"""
            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
                $f$ BEGIN RAISE EXCEPTION 'Not now.'; END $f$;
            CREATE TRIGGER refuse_change BEFORE UPDATE ON {table} FOR EACH ROW
                WHEN ({condition}) EXECUTE FUNCTION refuse_change();
            """
        );

    private Task MendAsync() =>
        _system.Database.ExecuteAsync("DROP FUNCTION refuse_change() CASCADE");

    private async Task<long> LetterAsync(string group, string key)
    {
        var letters = await Eventually.Becomes(
            $"{key} waits as a letter of {group}",
            () =>
                _system.Database.ReadAsync<long>(
                    """
                    SELECT dead_letter_id FROM messaging.dead_letters
                    WHERE consumer_group = $1 AND key = $2::bytea AND status = 'waiting'
                    """,
                    group,
                    Encoding.UTF8.GetBytes(key)
                ),
            found => found.Count > 0
        );
        return letters.ShouldHaveSingleItem();
    }

    /// <summary>A letter of a Kafka that is no more, with a key of its own.</summary>
    private Task<long> BuryAsync(string group, string eventType, byte[] body) =>
        _system.Database.ScalarAsync<long>(
            """
            INSERT INTO messaging.dead_letters (consumer_group, topic, partition, record_offset,
                incarnation, key, event_type, version, status, exception_type, exception_message,
                recorded_at, header_names, header_values, body, claimed)
            VALUES ($1, 'some-events', 0, 0, $2, convert_to($2, 'UTF8'), $3, 1, 'waiting',
                'System.ArithmeticException', 'No.', clock.now(), '{}', '{}', $4, true)
            RETURNING dead_letter_id
            """,
            group,
            $"{Guid.NewGuid():N}",
            eventType,
            body
        );

    private Task DecideAsync(long letter) =>
        _system.Database.ExecuteAsync(
            "UPDATE messaging.dead_letters SET status = 'replayed' WHERE dead_letter_id = $1",
            letter
        );

    private Task<Answer> DiscardAsync(params long[] deadLetterIds) =>
        _operator.Api.Post($"{Letters}/discard", new { deadLetterIds });

    private async Task<Answer> ReplayAsync(params long[] deadLetterIds) =>
        (await _operator.Api.Post($"{Letters}/replay", new { deadLetterIds })).ShouldBe(
            HttpStatusCode.OK
        );

    private static long PaidWithoutTicket(HostMetrics metrics) =>
        metrics.Read("payments.open").GetValueOrDefault("status=COMPLETED", -1);
}
