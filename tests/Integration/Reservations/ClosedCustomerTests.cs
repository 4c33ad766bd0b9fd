using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Microsoft.Extensions.DependencyInjection;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>A customer's account goes while they still hold seats.</summary>
internal sealed class ClosedCustomerTests
{
    [Test]
    public async Task whoever_holds_seats_while_the_account_goes_is_refused()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);
        var mina = NewCustomer();
        Task<Answer> holding = null!;

        await HostA.AskAsync<IServiceProvider, bool>(services =>
            services
                .GetRequiredService<UnitOfWork>()
                .RunAsync(
                    async stop =>
                    {
                        var keeper = services.GetRequiredService<IPersonalData>();
                        (await keeper.ObstaclesAsync(mina, stop)).ShouldBeEmpty();
                        holding = HostB.HoldAsync(mina, concert.Id, concert.Seats(1));
                        await Eventually.Until("the hold waits", IsAnybodyWaitingAsync);
                        await keeper.CloseAsync(mina, stop);
                        return true;
                    },
                    CancellationToken.None
                )
        );

        (await holding).ShouldBeRefused(401, "not-signed-in");
        var made = Sql.ScalarAsync<long>(
            "SELECT count(*) FROM reservations.reservations WHERE customer_id = $1",
            mina
        );
        (await made).ShouldBe(0);
        (await HostA.HoldAsync(mina, concert.Id, concert.Seats(2))).ShouldBeRefused(
            401,
            "not-signed-in"
        );
        (await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1))).ShouldBeCreated();
    }

    private static async Task<bool> IsAnybodyWaitingAsync() =>
        await Sql.ScalarAsync<long>(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
            """
        ) > 0;
}
