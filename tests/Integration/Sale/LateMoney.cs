using System.Net;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>How money comes to be late: its pin is lost while nobody knows of it.</summary>
internal static class LateMoney
{
    /// <summary>
    /// Who does not know whether the money was taken asks again when the test says so.
    /// </summary>
    public static IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Payments:RetryMilliseconds"] = "60000",
        };

    /// <summary>A card payment of which nobody knows yet what became of it.</summary>
    public static async Task<(long Reservation, long Payment)> PaysUnknown(
        this Persona customer,
        Seat[] seats,
        string card = Cards.BrokenOnce
    )
    {
        var reservation = await customer.Reserves(seats);
        var asked = await customer.PaysByCard(reservation, card);
        asked.ShouldBe(HttpStatusCode.Accepted)["status"].GetString().ShouldBe("UNKNOWN");
        return (reservation, asked["paymentId"].GetInt64());
    }

    /// <summary>By hand; then the hold runs out.</summary>
    public static async Task LosesThePinOf(this Persona customer, long reservation)
    {
        await customer.System.Database.ExecuteAsync(
            """
            WITH lapsed AS (
                UPDATE reservations.reservations
                SET status = 'HELD', held_until = clock.now(), payment_id = NULL
                WHERE id = $1 AND status = 'PAYING'
                RETURNING id, held_until
            )
            UPDATE reservations.seats s SET state = 'held', held_until = lapsed.held_until
            FROM lapsed WHERE s.reservation_id = lapsed.id
            """,
            reservation
        );
        await Eventually.Until(
            $"reservation {reservation} is expired",
            async () =>
                await customer.System.Database.ScalarAsync<string>(
                    "SELECT status FROM reservations.reservations WHERE id = $1",
                    reservation
                ) == "EXPIRED",
            Story.Patience
        );
        (await customer.Sees(reservation))["status"].GetString().ShouldBe("EXPIRED");
    }

    public static Task AsksNowAbout(this TestSystem system, long payment) =>
        system.Database.ExecuteAsync(
            "UPDATE payments.payments SET next_check_at = clock.now() WHERE id = $1",
            payment
        );
}
