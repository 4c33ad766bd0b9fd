namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// What happens in a sale until each point is reached, and how it ends for the customer however
/// often the host dies in between.
/// </summary>
internal sealed class SaleStory(FaultSystem system, Crowd crowd)
{
    /// <summary>Longer than a hold of the crowd's concerts.</summary>
    private const int HoldSeconds = 301;

    /// <summary>Longer than a payment waits for its customer, and shorter than the hold.</summary>
    private const int AbandonSeconds = 181;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public async Task CardIsPaid()
    {
        var payment = await crowd.StartCardPaymentAsync(customer: 0, Provider.GoodCard);
        (await payment.EndAsync()).ShouldBe("COMPLETED");
        await EndsAs(payment.Customer, payment.ReservationId, "CONFIRMED");
        system.Provider.StatusOf(payment.Key).ShouldBe("DONE");
    }

    public async Task PointsArePaid()
    {
        var (held, _) = await PaysByPoints(customer: 0);
        await EndsAs(held.Customer, held.ReservationId, "CONFIRMED");
        (await BalanceOf(held.Customer)).ShouldBe(0);
    }

    public async Task CardIsDeclined()
    {
        var payment = await crowd.StartCardPaymentAsync(customer: 0, Provider.DeclinedCard);
        (await payment.EndAsync()).ShouldBe("FAILED");
        system.Provider.StatusOf(payment.Key).ShouldBe("ABORTED");
        await EndsAs(payment.Customer, payment.ReservationId, "HELD");
        await Shopper.CancelAsync(payment.Customer, payment.ReservationId);
    }

    public async Task NobodyComesBack()
    {
        var payment = await crowd.StartCardPaymentAsync(customer: 0, Provider.GoodCard);
        await system.AdvanceAsync(AbandonSeconds);
        await PaymentEndsAs(payment.Customer, payment.Id, "FAILED");
        system.Provider.StatusOf(payment.Key).ShouldBe("IN_PROGRESS");
        await EndsAs(payment.Customer, payment.ReservationId, "HELD");
        await Shopper.CancelAsync(payment.Customer, payment.ReservationId);
    }

    /// <summary>The provider is asked a second time, since its first answer told nothing.</summary>
    public async Task ProviderIsAskedAgain()
    {
        var payment = await PaysUnknown();
        await IsAskedNow(payment);
        await PaymentEndsAs(payment.Customer, payment.Id, "COMPLETED");
        await EndsAs(payment.Customer, payment.ReservationId, "CONFIRMED");
        system.Provider.StatusOf(payment.Key).ShouldBe("DONE");
    }

    /// <summary>The pin is lost by an operator's hand, which is the only way.</summary>
    public async Task MoneyComesLate()
    {
        var payment = await PaysUnknown();
        await system.Database.ExecuteAsync(
            """
            WITH unpinned AS (
                UPDATE reservations.reservations SET status = 'HELD', payment_id = NULL
                WHERE id = $1 AND status = 'PAYING'
                RETURNING id, held_until
            )
            UPDATE reservations.seats s SET state = 'held', held_until = unpinned.held_until
            FROM unpinned WHERE s.reservation_id = unpinned.id
            """,
            payment.ReservationId
        );
        await system.AdvanceAsync(HoldSeconds);
        await EndsAs(payment.Customer, payment.ReservationId, "EXPIRED");
        await IsAskedNow(payment);
        await PaymentEndsAs(payment.Customer, payment.Id, "COMPLETED");
        await EndsAs(payment.Customer, payment.ReservationId, "CONFIRMED");
    }

    /// <summary>The concert is cancelled while nobody knows whether the money was taken.</summary>
    public async Task MoneyComesForNothing()
    {
        var payment = await PaysUnknown();
        await CancelConcert();
        await Eventually.Until(
            "nobody can be given a seat any more",
            () =>
                system.Database.ScalarAsync<bool>(
                    "SELECT cancelled_at IS NOT NULL FROM reservations.concerts WHERE id = $1",
                    crowd.ConcertId
                )
        );
        await IsAskedNow(payment);
        await IsRefunded(payment);
    }

    public async Task ConcertIsCancelled()
    {
        var byCard = await crowd.StartCardPaymentAsync(customer: 0, Provider.GoodCard);
        (await byCard.EndAsync()).ShouldBe("COMPLETED");
        var (byPoints, paymentId) = await PaysByPoints(customer: 1);
        await EndsAs(byCard.Customer, byCard.ReservationId, "CONFIRMED");
        await EndsAs(byPoints.Customer, byPoints.ReservationId, "CONFIRMED");

        await CancelConcert();

        await IsRefunded(byCard);
        await PaymentEndsAs(byPoints.Customer, paymentId, "REFUNDED");
        await EndsAs(byPoints.Customer, byPoints.ReservationId, "CANCELLED");
        (await BalanceOf(byPoints.Customer)).ShouldBe(byPoints.Amount);
    }

    public async Task HoldIsGivenBack()
    {
        var held = await crowd.HoldSeatAsync(customer: 0);
        await Shopper.CancelAsync(held.Customer, held.ReservationId);
        await EndsAs(held.Customer, held.ReservationId, "CANCELLED");
    }

    public async Task SaleIsGivenBack()
    {
        var (sold, paymentId) = await PaysByPoints(customer: 0);
        await EndsAs(sold.Customer, sold.ReservationId, "CONFIRMED");
        await Shopper.CancelAsync(sold.Customer, sold.ReservationId);
        await EndsAs(sold.Customer, sold.ReservationId, "CANCELLED");
        await PaymentEndsAs(sold.Customer, paymentId, "REFUNDED");
        (await BalanceOf(sold.Customer)).ShouldBe(sold.Amount);
    }

    public async Task HoldRunsOut()
    {
        var held = await crowd.HoldSeatAsync(customer: 0);
        await system.AdvanceAsync(HoldSeconds);
        await Eventually.Until(
            "the sweeper has ended the hold",
            () =>
                system.Database.ScalarAsync<bool>(
                    "SELECT status = 'EXPIRED' FROM reservations.reservations WHERE id = $1",
                    held.ReservationId
                ),
            Patience
        );
    }

    private async Task<(HeldSeat Held, long PaymentId)> PaysByPoints(int customer)
    {
        var held = await crowd.HoldSeatAsync(customer);
        var missing = held.Amount - await BalanceOf(held.Customer);
        if (missing > 0)
            (await held.Customer.ChargeAsync(missing)).ShouldSucceed();
        var paid = (await held.Customer.PayAsync(held.ReservationId, "POINT")).ShouldSucceed();
        paid.Word("status").ShouldBe("COMPLETED");
        return (held, paid.Number("paymentId"));
    }

    private async Task<CardPayment> PaysUnknown()
    {
        var payment = await crowd.StartCardPaymentAsync(customer: 0, Provider.BrokenOnceCard);
        (await payment.ConfirmAsync()).ShouldBe("UNKNOWN");
        return payment;
    }

    private Task IsAskedNow(CardPayment payment) =>
        system.Database.ExecuteAsync(
            "UPDATE payments.payments SET next_check_at = clock.now() WHERE id = $1",
            payment.Id
        );

    private async Task CancelConcert()
    {
        var organiser = new Client(system, 0);
        await organiser.SignInAsOperatorAsync();
        await organiser.CancelConcertAsync(crowd.ConcertId);
    }

    private async Task IsRefunded(CardPayment payment)
    {
        await PaymentEndsAs(payment.Customer, payment.Id, "REFUNDED");
        await EndsAs(payment.Customer, payment.ReservationId, "CANCELLED");
        system.Provider.StatusOf(payment.Key).ShouldBe("CANCELED");
    }

    private static async Task<long> BalanceOf(Client customer) =>
        (await customer.GetAsync("/api/wallet")).ShouldSucceed().Number("balance");

    private static Task EndsAs(Client customer, long reservationId, string status) =>
        Becomes(customer, $"/api/reservations/{reservationId}", status);

    private static Task PaymentEndsAs(Client customer, long paymentId, string status) =>
        Becomes(customer, $"/api/payments/{paymentId}", status);

    private static Task Becomes(Client customer, string path, string status) =>
        Eventually.Becomes(
            $"{path} is {status}",
            async () => (await customer.GetAsync(path)).ShouldSucceed().Word("status"),
            s => s == status,
            Patience
        );
}
