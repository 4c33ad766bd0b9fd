namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// What happens in a sale until each point is reached, and how it ends for the customer however
/// often the host dies in between.
/// </summary>
internal sealed partial class SaleStory(FaultSystem system, Crowd crowd)
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

    /// <summary>By somebody who has never charged more than was spent.</summary>
    public async Task PointsDoNotReach()
    {
        var held = await crowd.HoldSeatsAsync(customer: 4, seats: 1);
        var refused = await held.Customer.PayAsync(held.ReservationId, "POINT");
        refused.Problem.ShouldBe("insufficient-balance");
        await EndsAs(held.Customer, held.ReservationId, "HELD");
        await Shopper.CancelAsync(held.Customer, held.ReservationId);
    }

    public async Task CardGivesWayToPoints()
    {
        var held = await crowd.HoldSeatsAsync(customer: 0, seats: 1);
        var (customer, reservation) = (held.Customer, held.ReservationId);
        var card = await CardPayment.StartAsync(customer, reservation, Provider.GoodCard);
        await PaysByPoints(held);
        await PaymentEndsAs(card.Customer, card.Id, "FAILED");
        system.Provider.StatusOf(card.Key).ShouldBe("IN_PROGRESS");
        await EndsAs(held.Customer, held.ReservationId, "CONFIRMED");
    }

    /// <summary>Somebody is still at the provider.</summary>
    public async Task HoldIsGivenBackUnpaid()
    {
        var payment = await crowd.StartCardPaymentAsync(customer: 0, Provider.GoodCard);
        await Shopper.CancelAsync(payment.Customer, payment.ReservationId);
        await PaymentEndsAs(payment.Customer, payment.Id, "FAILED");
        await EndsAs(payment.Customer, payment.ReservationId, "CANCELLED");
        system.Provider.StatusOf(payment.Key).ShouldBe("IN_PROGRESS");
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
        var held = await crowd.HoldSeatsAsync(customer: 0, seats: 1);
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
        var held = await crowd.HoldSeatsAsync(customer: 0, seats: 1);
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

    public async Task EverySeatIsSold()
    {
        await SellAllSeats();
        await ConcertBecomes("SOLD_OUT");
    }

    public async Task ASeatComesBack()
    {
        var sold = await SellAllSeats();
        await ConcertBecomes("SOLD_OUT");
        await Shopper.CancelAsync(sold.Customer, sold.ReservationId);
        await EndsAs(sold.Customer, sold.ReservationId, "CANCELLED");
        await ConcertBecomes("SCHEDULED");
    }

    /// <returns>What somebody has of whom no other story tells.</returns>
    private async Task<HeldSeat> SellAllSeats()
    {
        var sold = new List<HeldSeat>();
        for (var customer = 0; sold.Sum(s => s.Seats) < crowd.Seats; customer++)
        {
            var held = await crowd.HoldSeatsAsync(customer, crowd.Seats / crowd.Customers);
            await PaysByPoints(held);
            await EndsAs(held.Customer, held.ReservationId, "CONFIRMED");
            sold.Add(held);
        }

        return sold[2];
    }

    private Task ConcertBecomes(string status) =>
        Becomes(crowd.Anybody, $"/api/concerts/{crowd.ConcertId}", status);

    private async Task<(HeldSeat Held, long PaymentId)> PaysByPoints(int customer)
    {
        var held = await crowd.HoldSeatsAsync(customer, seats: 1);
        return (held, await PaysByPoints(held));
    }

    private static async Task<long> PaysByPoints(HeldSeat held)
    {
        var missing = held.Amount - await BalanceOf(held.Customer);
        if (missing > 0)
            (await held.Customer.ChargeAsync(missing)).ShouldSucceed();
        var paid = (await held.Customer.PayAsync(held.ReservationId, "POINT")).ShouldSucceed();
        paid.Word("status").ShouldBe("COMPLETED");
        return paid.Number("paymentId");
    }

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
