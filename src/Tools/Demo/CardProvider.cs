using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Demo;

/// <summary>The payment provider's page, as a customer's browser uses it.</summary>
internal sealed class CardProvider(HttpClient http)
{
    public const string Good = "4242424242424242";
    public const string WithoutFunds = "4000000000009995";

    /// <returns>The payment key, with which the shop takes the money.</returns>
    public async Task<string> PayAsync(
        string orderId,
        long amount,
        string cardNumber,
        CancellationToken stop
    )
    {
        using var response = await http.PostAsJsonAsync(
            "v1/payments",
            new
            {
                orderId,
                amount,
                cardNumber,
            },
            stop
        );
        response.EnsureSuccessStatusCode();
        var payment = await response.Content.ReadFromJsonAsync<JsonObject>(stop);
        return payment!["paymentKey"]!.GetValue<string>();
    }
}
