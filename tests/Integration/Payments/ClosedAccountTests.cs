using System.Net;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>A customer's account goes while they still charge and pay.</summary>
[TestFixture]
internal sealed class ClosedAccountTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [Test]
    public async Task points_that_are_charged_while_the_account_goes_are_refused_and_not_lost()
    {
        var mina = System.NewPayer();
        Task<Answer> charging = null!;

        await DeletingAsync(async keeper =>
        {
            (await keeper.ObstaclesAsync(mina.CustomerId, default)).ShouldBeEmpty();
            charging = mina.ChargesAsync(50_000);
            await Eventually.Until("the charge waits", () => System.IsAnybodyWaitingAsync());
            await keeper.CloseAsync(mina.CustomerId, default);
        });

        (await charging).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await mina.BalanceAsync()).ShouldBe(0);
    }

    [Test]
    public async Task what_is_left_is_booked_out_and_the_books_still_add_up_to_nothing()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        await mina.PaysAsync(await System.ReserveAsync(mina, 132_000), "POINT");

        await CloseAsync(mina);

        (await mina.BalanceAsync()).ShouldBe(0);
        (await BookedOnAsync("FORFEITED", mina)).ShouldBe(68_000);
        (await BookedOnAsync("TOP_UPS", mina)).ShouldBe(-200_000);
        (await BookedOnAsync("SALES", mina)).ShouldBe(132_000);
        (await Books.WrongAsync(System, mina)).ShouldBeEmpty();
    }

    [TestCase("POINT")]
    [TestCase("CARD")]
    public async Task nothing_is_paid_for_an_account_that_is_gone(string method)
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        await CloseAsync(mina);

        var refused = await mina.PaysAsync(reservation, method);

        refused.Status.ShouldBe(HttpStatusCode.Unauthorized, refused.Text);
        refused.Problem.ShouldBe("not-signed-in");
        var payments = System.AskAsync<long>(
            "SELECT count(*) FROM payments.payments WHERE customer_id = $1",
            mina.CustomerId
        );
        (await payments).ShouldBe(0);
    }

    [Test]
    public async Task what_stands_in_the_way_is_asked_at_once_however_much_was_bought()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(500_000);
        for (var i = 0; i < 5; i++)
        {
            var reservation = await System.ReserveAsync(mina, 100_000);
            await mina.PaysAsync(reservation, "POINT");
            await System.SetStatusAsync(reservation, i == 4 ? "PAYING" : "CONFIRMED");
        }

        IReadOnlyList<Obstacle> obstacles = [];
        var questions = ReservationsDouble.Questions;
        await DeletingAsync(async keeper =>
            obstacles = await keeper.ObstaclesAsync(mina.CustomerId, default)
        );

        obstacles.ShouldHaveSingleItem().About.ShouldStartWith("payment ");
        (ReservationsDouble.Questions - questions).ShouldBe(1);
    }

    private static Task CloseAsync(Payer payer) =>
        DeletingAsync(keeper => keeper.CloseAsync(payer.CustomerId, default));

    /// <summary>In the unit of work that deletes an account.</summary>
    private static Task DeletingAsync(Func<IPersonalData, Task> action) =>
        System.InUnitOfWorkAsync(action);

    /// <summary>What the customer's entries brought an account of the house.</summary>
    private static async Task<decimal> BookedOnAsync(string account, Payer payer) =>
        await System.AskAsync<decimal>(
            """
            SELECT coalesce(sum(l.amount), 0) FROM payments.ledger l
            JOIN payments.wallet_entries e ON e.id = l.entry_id
            WHERE l.account = $1 AND e.customer_id = $2
            """,
            account,
            payer.CustomerId
        );
}
