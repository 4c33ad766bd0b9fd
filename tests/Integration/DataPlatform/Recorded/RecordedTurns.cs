using System.Net;
using ConcertReservation.Tests.Integration.Sale;

namespace ConcertReservation.Tests.Integration.DataPlatform.Recorded;

/// <summary>
/// What may happen after a concert is sold out: a sale is given back, money comes late, once for
/// seats that are gone and once for free ones; and customers move and go.
/// </summary>
internal sealed class RecordedTurns(TestSystem system)
{
    public ConcertOnSale Concert { get; private set; } = null!;

    /// <summary>Whose account is deleted in the end.</summary>
    public Persona Gone { get; private set; } = null!;

    /// <summary>The reservation whose money came when its seat was gone, and the payment.</summary>
    public (long Reservation, long Payment) Refused { get; private set; }

    public async Task RunAsync(Func<string, Task> recordAsync)
    {
        var (nari, duna) = (await Given.ACustomer(system), await Given.ACustomer(system));
        Gone = await Given.ACustomer(system);
        Concert = await Given.AConcert(seats: 3, system: system);
        var naris = await nari.Buys(Concert.Seat(1));
        await duna.Buys(Concert.Seats(2, 3));
        await nari.SeesConcert(Concert.Id, "SOLD_OUT");
        await recordAsync("a third one sold out");
        (await nari.Cancels(naris)).ShouldBe(HttpStatusCode.NoContent);
        await nari.SeesConcert(Concert.Id, "SCHEDULED");
        await MoneyIsBackAsync(naris);
        await recordAsync("reopened");

        Refused = await duna.PaysUnknown(Concert.Seats(1, 1));
        await duna.LosesThePinOf(Refused.Reservation);
        var holding = await nari.Reserves(Concert.Seat(1));
        await recordAsync("taken by the next one");
        await system.AsksNowAbout(Refused.Payment);
        await MoneyIsBackAsync(Refused.Reservation);
        await recordAsync("paid late and refused");

        (await nari.Cancels(holding)).ShouldBe(HttpStatusCode.NoContent);
        var (late, payment) = await nari.PaysUnknown(Concert.Seats(1, 1));
        await nari.LosesThePinOf(late);
        await recordAsync("lapsed while being paid");
        await system.AsksNowAbout(payment);
        await nari.SeesReservation(late, "CONFIRMED");
        await nari.SeesConcert(Concert.Id, "SOLD_OUT");
        await recordAsync("paid late and sold");

        await MoveAsync(nari);
        await recordAsync("moved");
        await Gone.Cancels(await Gone.Reserves((await Given.AConcert(system: system)).Seat(1)));
        await recordAsync("about to go");
        await GoAsync();
        await recordAsync("gone");
    }

    private static async Task MoveAsync(Persona customer)
    {
        var email = $"{Guid.NewGuid():N}@test.example";
        var moved = await customer.Api.Send(
            HttpMethod.Patch,
            "/api/accounts/me",
            new
            {
                email,
                customer.Password,
                name = "Nari Kim",
                language = "en",
            }
        );
        moved.ShouldBe(HttpStatusCode.OK);
    }

    private async Task GoAsync()
    {
        var gone = await Gone.Api.Send(
            HttpMethod.Delete,
            "/api/accounts/me",
            new { Gone.Password }
        );
        gone.ShouldBe(HttpStatusCode.NoContent);
        await Eventually.Until(
            "what named them is erased",
            () =>
                system.Database.ScalarAsync<bool>(
                    "SELECT erasures > 0 FROM accounts.customers WHERE id = $1",
                    Gone.Id
                ),
            Story.Patience
        );
    }

    private Task MoneyIsBackAsync(long reservation) =>
        Eventually.Until(
            $"the money of reservation {reservation} has gone back",
            () =>
                system.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM payments.payments
                        WHERE reservation_id = $1 AND status = 'REFUNDED')
                    """,
                    reservation
                ),
            Story.Patience
        );
}
