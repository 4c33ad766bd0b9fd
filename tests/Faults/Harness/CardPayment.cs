namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>A card payment, paid at the provider; the host has not taken the money yet.</summary>
/// <param name="Key">The provider's payment key.</param>
internal sealed record CardPayment(Client Customer, long ReservationId, long Id, string Key)
{
    /// <summary>Hosts that die with it in hand keep it for most of a minute each.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task<CardPayment> StartAsync(
        Client customer,
        long reservationId,
        string cardNumber
    ) =>
        await AtProviderAsync(
            customer,
            reservationId,
            await customer.PayAsync(reservationId, "CARD"),
            cardNumber
        );

    /// <param name="started">What the host answered to the wish to pay by card.</param>
    public static async Task<CardPayment> AtProviderAsync(
        Client customer,
        long reservationId,
        Answer started,
        string cardNumber
    )
    {
        var checkout = started.ShouldSucceed().Json["checkout"]!;
        var key = await customer.Provider.PayAsync(
            checkout["orderId"]!.GetValue<string>(),
            checkout["amount"]!.GetValue<long>(),
            cardNumber
        );
        return new CardPayment(customer, reservationId, started.Number("paymentId"), key);
    }

    /// <returns>Its status as the answer tells it; it may not be final.</returns>
    public async Task<string> ConfirmAsync() => Status(await Customer.ConfirmAsync(Id, Key));

    /// <summary>
    /// Confirms it; whoever hears 202 then looks at the payment until it is final.
    /// </summary>
    public async Task<string> EndAsync() => await EndAsync(await Customer.ConfirmAsync(Id, Key));

    /// <param name="confirmed">What the host answered to the confirmation.</param>
    public async Task<string> EndAsync(Answer confirmed) =>
        Status(confirmed) is var status and not ("STARTED" or "UNKNOWN")
            ? status
            : await Eventually.Becomes(
                $"payment {Id} is final",
                async () =>
                    (await Customer.GetAsync($"/api/payments/{Id}")).ShouldSucceed().Word("status"),
                s => s is "COMPLETED" or "FAILED",
                Patience
            );

    private static string Status(Answer confirmed) =>
        confirmed.Problem == "payment-declined"
            ? "FAILED"
            : confirmed.ShouldSucceed().Word("status");
}
