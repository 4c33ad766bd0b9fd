namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>A card payment, paid at the provider; the host has not taken the money yet.</summary>
/// <param name="Key">The provider's payment key.</param>
internal sealed record CardPayment(Client Customer, long ReservationId, long Id, string Key)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task<CardPayment> StartAsync(
        Client customer,
        long reservationId,
        string cardNumber
    )
    {
        var started = (await customer.PayAsync(reservationId, "CARD")).ShouldSucceed();
        var checkout = started.Json["checkout"]!;
        var key = await customer.Provider.PayAsync(
            checkout["orderId"]!.GetValue<string>(),
            checkout["amount"]!.GetValue<long>(),
            cardNumber
        );
        return new CardPayment(customer, reservationId, started.Number("paymentId"), key);
    }

    /// <returns>Its status as the answer tells it; it may not be final.</returns>
    public async Task<string> ConfirmAsync()
    {
        var confirmed = await Customer.ConfirmAsync(Id, Key);
        return confirmed.Problem == "payment-declined"
            ? "FAILED"
            : confirmed.ShouldSucceed().Word("status");
    }

    /// <summary>
    /// Confirms it; whoever hears 202 then looks at the payment until it is final.
    /// </summary>
    public async Task<string> EndAsync() =>
        await ConfirmAsync() is var status and not ("STARTED" or "UNKNOWN")
            ? status
            : await Eventually.Becomes(
                $"payment {Id} is final",
                async () =>
                    (await Customer.GetAsync($"/api/payments/{Id}")).ShouldSucceed().Word("status"),
                s => s is "COMPLETED" or "FAILED",
                Patience
            );
}
