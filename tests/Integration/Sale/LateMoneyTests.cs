using System.Net;
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
            new TestSystemOptions
            {
                // Who does not know whether the money was taken asks again when the test says so.
                Settings = new Dictionary<string, string?>
                {
                    ["Payments:RetryMilliseconds"] = "60000",
                },
            }
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
        var (reservation, payment) = await PaysUnknown(
            mina,
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
        var (reservation, payment) = await PaysUnknown(jisoo, concert.Seats(1, 2));
        await LosesItsPin(jisoo, reservation);

        await IsAskedNow(payment);

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
        var (reservation, payment) = await PaysUnknown(mina, concert.Seats(1, 2));
        await LosesItsPin(mina, reservation);
        await next.Reserves(concert.Seat(2));

        await IsAskedNow(payment);

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

    /// <summary>A card payment of which nobody knows yet what became of it.</summary>
    private static async Task<(long Reservation, long Payment)> PaysUnknown(
        Persona customer,
        Seat[] seats,
        string card = Cards.BrokenOnce
    )
    {
        var reservation = await customer.Reserves(seats);
        var asked = await customer.PaysByCard(reservation, card);
        asked.ShouldBe(HttpStatusCode.Accepted)["status"].GetString().ShouldBe("UNKNOWN");
        return (reservation, asked["paymentId"].GetInt64());
    }

    private async Task LosesItsPin(Persona customer, long reservation)
    {
        await _system.Database.ExecuteAsync(
            $"""
            WITH lapsed AS (
                UPDATE reservations.reservations
                SET status = 'HELD', held_until = clock.now(), payment_id = NULL
                WHERE id = {reservation} AND status = 'PAYING'
                RETURNING id, held_until
            )
            UPDATE reservations.seats s SET state = 'held', held_until = lapsed.held_until
            FROM lapsed WHERE s.reservation_id = lapsed.id
            """
        );
        await Eventually.Until(
            $"reservation {reservation} is expired",
            async () =>
                await _system.Database.ScalarAsync<string>(
                    $"SELECT status FROM reservations.reservations WHERE id = {reservation}"
                ) == "EXPIRED",
            Story.Patience
        );
        (await customer.Sees(reservation))["status"].GetString().ShouldBe("EXPIRED");
    }

    private Task IsAskedNow(long payment) =>
        _system.Database.ExecuteAsync(
            $"UPDATE payments.payments SET next_check_at = clock.now() WHERE id = {payment}"
        );
}
