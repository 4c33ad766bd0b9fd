using System.Net;
using System.Text.Json;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.Payments;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>
/// Money that comes after its hold has run out. The pin prevents it; it is what is left where a pin
/// was lost, by an operator's hand, say, while the provider was being asked.
/// </summary>
[Parallelizable]
internal sealed class LateMoneyTests
{
    private TestSystem _system = null!;

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _system = await TestSystem.StartAsync(
            new TestSystemOptions { Settings = LateMoney.Settings }
        );

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [Test]
    public async Task a_webhook_makes_the_sale_long_before_the_provider_is_asked_again()
    {
        var concert = await Given.AConcert(system: _system);
        var mina = await Given.ACustomer(_system);
        var (reservation, payment) = await mina.PaysUnknown(
            concert.Seats(1, 1),
            Cards.TakenAndBroken
        );
        var order = await _system.Database.ScalarAsync<string>(
            $"SELECT order_id FROM payments.payments WHERE id = {payment}"
        );

        var key = await _system.Database.ScalarAsync<string>(
            $"SELECT payment_key FROM payments.payments WHERE id = {payment}"
        );

        var told = await _system.HostB.Hears(
            new TossWebhook(order) { Amount = 50_000, PaymentKey = key }
        );
        told.ShouldBe(HttpStatusCode.OK)["outcome"].GetString().ShouldBe("ASKING");
        await Eventually.Until(
            "it is completed",
            async () =>
                (await mina.Api.Get($"/api/payments/{payment}"))["status"].GetString()
                == "COMPLETED",
            TimeSpan.FromSeconds(30)
        );
        await mina.SeesReservation(reservation, "CONFIRMED");
    }

    [Test]
    public async Task late_money_takes_its_seats_again_where_they_are_free()
    {
        var concert = await Given.AConcert(system: _system);
        var jisoo = await Story.AnEnglishSpeaker(_system);
        var (reservation, payment) = await jisoo.PaysUnknown(concert.Seats(1, 2));
        await jisoo.LosesThePinOf(reservation);

        await _system.AsksNowAbout(payment);

        await jisoo.SeesPayment(payment, "COMPLETED");
        await jisoo.SeesReservation(reservation, "CONFIRMED");
        (await jisoo.Receives("Your hold has run out")).Says($"{reservation}");
        (await jisoo.Receives("Your booking is confirmed")).Says("KRW 100,000");
        await jisoo.Ranks(concert, seats: 2);
        await _system.Tells(
            Topics.Reservations,
            $"reservation-{reservation}",
            "RESERVATION_CREATED",
            "RESERVATION_EXPIRED",
            "RESERVATION_CONFIRMED"
        );
    }

    [Test]
    public async Task late_money_whose_seats_are_gone_goes_back()
    {
        var concert = await Given.AConcert(system: _system);
        var mina = await Given.ACustomer(_system);
        var next = await Given.ACustomer(_system);
        var (reservation, payment) = await mina.PaysUnknown(concert.Seats(1, 2));
        await mina.LosesThePinOf(reservation);
        await next.Reserves(concert.Seat(2));

        await _system.AsksNowAbout(payment);

        await mina.SeesPayment(payment, "REFUNDED");
        (await mina.Sees(reservation))["status"].GetString().ShouldBe("EXPIRED");
        (await mina.Receives("환불이 완료되었습니다")).Says("100,000원", "카드", $"{reservation}");
        await mina.Ranks(concert, seats: 1);
        await _system.Tells(
            Topics.Reservations,
            $"reservation-{reservation}",
            "RESERVATION_CREATED",
            "RESERVATION_EXPIRED",
            "RESERVATION_CONFIRMATION_FAILED"
        );
        await _system.Tells(
            Topics.Payments,
            $"payment-{payment}",
            "PAYMENT_STARTED",
            "PAYMENT_COMPLETED",
            "PAYMENT_REFUND_REQUESTED",
            "PAYMENT_REFUNDED"
        );
    }

    /// <summary>Once it was due when it had gone back, and open at no time.</summary>
    [Test]
    [Category("Long")]
    public async Task late_money_on_its_way_back_is_told_though_its_concert_takes_place()
    {
        var concert = await Given.AConcert(system: _system);
        var mina = await Given.ACustomer(_system);
        var next = await Given.ACustomer(_system);
        var (reservation, payment) = await mina.PaysUnknown(concert.Seats(1, 2));
        await mina.LosesThePinOf(reservation);
        await next.Reserves(concert.Seat(2));
        await _system.Database.ExecuteAsync(
            $"""
            CREATE FUNCTION refuse_refund() RETURNS trigger LANGUAGE plpgsql AS
                $f$ BEGIN RAISE EXCEPTION 'Not now.'; END $f$;
            CREATE TRIGGER refuse_refund BEFORE UPDATE ON payments.payments FOR EACH ROW
                WHEN (NEW.id = {payment} AND NEW.status = 'REFUNDED')
                EXECUTE FUNCTION refuse_refund();
            """
        );

        await _system.AsksNowAbout(payment);

        var open = await SeesRefunds(concert, due: 1, refunded: 0);
        open["openAmount"].GetInt64().ShouldBe(100_000);
        open["progress"].GetDouble().ShouldBe(0);
        await _system.Database.ExecuteAsync(
            $"""
            DROP FUNCTION refuse_refund() CASCADE;
            UPDATE payments.payments SET next_check_at = clock.now(), claimed_until = NULL
            WHERE id = {payment};
            """
        );
        var done = await SeesRefunds(concert, due: 1, refunded: 1);
        done["openAmount"].GetInt64().ShouldBe(0);
        done["cancelledAt"].ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private async Task<Answer> SeesRefunds(ConcertOnSale concert, long due, long refunded)
    {
        var organiser = await Given.TheOperator(_system);
        return await Eventually.Becomes(
            $"{due} refunds are due, and {refunded} are done",
            () => organiser.Api.Get($"/api/analytics/concerts/{concert.Id}/refunds"),
            seen =>
                seen.IsSuccess
                && seen["due"].GetInt64() == due
                && seen["refunded"].GetInt64() == refunded,
            Story.Patience
        );
    }
}
