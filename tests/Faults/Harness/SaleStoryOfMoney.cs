namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>Those in which the provider, or an operator, does not do what is usual.</summary>
internal sealed partial class SaleStory
{
    /// <summary>The provider is asked a second time, since its first answer told nothing.</summary>
    public async Task ProviderIsAskedAgain()
    {
        var payment = await PaysUnknown();
        await IsAskedNow(payment);
        await PaymentEndsAs(payment.Customer, payment.Id, "COMPLETED");
        await EndsAs(payment.Customer, payment.ReservationId, "CONFIRMED");
        system.Provider.StatusOf(payment.Key).ShouldBe("DONE");
    }

    /// <summary>
    /// Its first answer tells nothing, and the host may not have noted even that. By the time that
    /// the customer is heard again, another one may have asked anew.
    /// </summary>
    public async Task ProviderBreaks()
    {
        var payment = await crowd.StartCardPaymentAsync(customer: 0, Provider.BrokenOnceCard);
        (await payment.ConfirmAsync()).ShouldBeOneOf("STARTED", "UNKNOWN", "COMPLETED");
        await EndsAfterAll(payment, "COMPLETED");
        await EndsAs(payment.Customer, payment.ReservationId, "CONFIRMED");
    }

    /// <summary>The provider said no, and took the money.</summary>
    public async Task MoneyIsTakenForNothing()
    {
        var payment = await crowd.StartCardPaymentAsync(customer: 0, Provider.DeclinedCard);
        (await payment.EndAsync()).ShouldBe("FAILED");
        system.Provider.TakeMoney(payment.Key);
        await system.Database.ExecuteAsync(
            "UPDATE payments.payments SET next_check_at = clock.now() WHERE id = $1",
            payment.Id
        );
        await Eventually.Until(
            "it went back",
            () => system.Provider.StatusOf(payment.Key) == "CANCELED",
            Patience
        );
        await IsSeenTo(payment);
        await PaymentEndsAs(payment.Customer, payment.Id, "FAILED");
        await Shopper.CancelAsync(payment.Customer, payment.ReservationId);
    }

    public async Task RefundBreaks()
    {
        var payment = await crowd.StartCardPaymentAsync(customer: 0, Provider.RefundBrokenCard);
        (await payment.EndAsync()).ShouldBe("COMPLETED");
        await EndsAs(payment.Customer, payment.ReservationId, "CONFIRMED");
        await Shopper.CancelAsync(payment.Customer, payment.ReservationId);
        await EndsAfterAll(payment, "REFUNDED");
        await IsRefunded(payment);
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

    private async Task<CardPayment> PaysUnknown()
    {
        var payment = await crowd.StartCardPaymentAsync(customer: 0, Provider.BrokenOnceCard);
        (await payment.ConfirmAsync()).ShouldBe("UNKNOWN");
        return payment;
    }

    private Task IsAskedNow(CardPayment payment) =>
        system.Database.ExecuteAsync(
            """
            UPDATE payments.payments SET next_check_at = clock.now()
            WHERE id = $1 AND next_check_at IS NOT NULL
            """,
            payment.Id
        );

    /// <summary>Nobody has anything left to do for it.</summary>
    private Task IsSeenTo(CardPayment payment) =>
        Eventually.Until(
            $"payment {payment.Id} is seen to",
            () =>
                system.Database.ScalarAsync<bool>(
                    "SELECT next_check_at IS NULL FROM payments.payments WHERE id = $1",
                    payment.Id
                ),
            Patience
        );

    /// <summary>Asked about again and again, and not when it is due.</summary>
    private Task EndsAfterAll(CardPayment payment, string status) =>
        Eventually.Until(
            $"payment {payment.Id} is {status}, however often that breaks",
            async () =>
            {
                await IsAskedNow(payment);
                var seen = await payment.Customer.GetAsync($"/api/payments/{payment.Id}");
                return seen.ShouldSucceed().Word("status") == status;
            },
            Patience
        );
}
