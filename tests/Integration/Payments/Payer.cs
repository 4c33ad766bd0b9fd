using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>A customer with a wallet and cards, at one of the hosts.</summary>
internal sealed record Payer(long CustomerId, HttpClient Api, HttpClient Provider)
{
    public const string GoodCard = "4242 4242 4242 4242";
    public const string EmptyCard = "4000 0000 0000 9995";
    public const string StolenCard = "4000 0000 0000 9979";
    public const string SilentCard = "4000 0000 0000 0341";
    public const string OnceBrokenCard = "4000 0000 0000 0119";
    public const string RefundBrokenCard = "4000 0000 0000 5126";
    public const string RefundSilentCard = "4000 0000 0000 7726";
    public const string TakenAndBrokenCard = "4000 0000 0000 0127";
    public const string WebhookFirstCard = "4000 0000 0000 0259";
    public const string WorkedOnCard = "4000 0000 0000 2230";
    public const string UnseenCard = "4000 0000 0000 2685";
    public const string PartReturnedCard = "4000 0000 0000 0689";
    public const string TransferCard = "4000 0000 0000 0556";
    public const string LateWebhookCard = "4000 0000 0000 1976";
    public const string RepeatedWebhookCard = "4000 0000 0000 5423";
    public const string UnorderedWebhookCard = "4000 0000 0000 6975";

    public Task<Answer> ChargesAsync(long amount, string? key = null) =>
        PostAsync("/api/wallet/charges", new { amount }, key);

    public Task<Answer> PaysAsync(long reservationId, string method, string? key = null) =>
        PostAsync("/api/payments", new { reservationId, method }, key);

    public Task<Answer> ConfirmsAsync(long paymentId, string paymentKey, string? key = null) =>
        PostAsync($"/api/payments/{paymentId}/confirm", new { paymentKey }, key);

    public async Task<long> BalanceAsync() =>
        (await GetAsync("/api/wallet")).Json["balance"]!.GetValue<long>();

    public Task<Answer> LooksAtAsync(long paymentId) => GetAsync($"/api/payments/{paymentId}");

    /// <summary>Starts a card payment and pays at the provider.</summary>
    public async Task<(long PaymentId, string PaymentKey)> GoesToProviderAsync(
        long reservationId,
        string card
    )
    {
        var started = await PaysAsync(reservationId, "CARD");
        started.Status.ShouldBe(HttpStatusCode.Created, started.Text);
        var checkout = started.Json["checkout"]!;
        var paid = await Provider.PostAsJsonAsync(
            "/v1/payments",
            new
            {
                orderId = checkout["orderId"]!.GetValue<string>(),
                amount = checkout["amount"]!.GetValue<long>(),
                cardNumber = card,
            }
        );
        var payment = await Answer.OfAsync(paid);
        payment.Status.ShouldBe(HttpStatusCode.OK, payment.Text);
        return (started.PaymentId, payment.Json["paymentKey"]!.GetValue<string>());
    }

    /// <summary>Looks at a payment until it is in the status.</summary>
    public Task<Answer> SeesAsync(long paymentId, string status) =>
        Eventually.Becomes(
            $"payment {paymentId} is {status}",
            () => LooksAtAsync(paymentId),
            answer => answer.PaymentStatus == status
        );

    public async Task<Answer> PostAsync(string path, object body, string? key, bool withKey = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(body),
        };
        if (withKey)
            request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        using var response = await Api.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    public async Task<Answer> GetAsync(string path)
    {
        using var response = await Api.GetAsync(path);
        return await Answer.OfAsync(response);
    }
}

internal sealed record Answer(HttpStatusCode Status, string Text, bool Replayed, string? Location)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public long PaymentId => Json["paymentId"]!.GetValue<long>();

    public string PaymentStatus => Json["status"]!.GetValue<string>();

    /// <summary>The last part of the problem's type.</summary>
    public string Problem => Json["type"]!.GetValue<string>()["/problems/".Length..];

    public static async Task<Answer> OfAsync(HttpResponseMessage response) =>
        new(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.Contains("Idempotency-Replayed"),
            response.Headers.Location?.ToString()
        );
}
