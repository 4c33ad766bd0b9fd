using System.Net;
using System.Text;

namespace ConcertReservation.Tests.Integration.Payments;

[TestFixture]
internal sealed class SandboxTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [TestCase("")]
    [TestCase("{")]
    [TestCase("{}")]
    [TestCase("{\"orderId\":null,\"amount\":1000,\"cardNumber\":\"4242424242424242\"}")]
    [TestCase("{\"orderId\":\"order-1\",\"amount\":1.5,\"cardNumber\":\"4242424242424242\"}")]
    [TestCase("{\"orderId\":\"a b\",\"amount\":1000,\"cardNumber\":\"4242424242424242\"}")]
    [TestCase("{\"orderId\":\"order-1\",\"amount\":0,\"cardNumber\":\"4242424242424242\"}")]
    [TestCase("{\"orderId\":\"order-1\",\"amount\":1000,\"cardNumber\":\"1234\"}")]
    public async Task a_payment_that_cannot_be_is_refused_with_a_code(string body)
    {
        var answer = await PostAsync("/v1/payments", body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Text);
        answer.Json["code"]!.GetValue<string>().ShouldStartWith("INVALID_");
    }

    [TestCase(400_000_000)]
    [TestCase(800_000_000)]
    public async Task the_dearest_reservation_can_be_paid_for(long amount)
    {
        var answer = await PostAsync(
            "/v1/payments",
            $$"""
            {"orderId":"order-{{amount}}","amount":{{amount}},"cardNumber":"4242424242424242"}
            """
        );

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
    }

    [TestCase(
        "/v1/payments/confirm",
        "{\"paymentKey\":\"pk_1\",\"orderId\":\"order-1\",\"amount\":1}"
    )]
    [TestCase("/v1/payments/pk_1/cancel", "{\"cancelReason\":\"given back\"}")]
    public async Task only_merchants_take_money_and_give_it_back(string path, string body)
    {
        var answer = await PostAsync(path, body);

        answer.Status.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Json["code"]!.GetValue<string>().ShouldBe("UNAUTHORIZED_KEY");
    }

    [Test]
    public async Task who_begins_twice_for_one_order_pays_once()
    {
        const string body =
            """{"orderId":"order-twice","amount":1000,"cardNumber":"4242424242424242"}""";
        var keys = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var begun = await PostAsync("/v1/payments", body);
            keys.Add(begun.Json["paymentKey"]!.GetValue<string>());
        }

        var first = await ConfirmAsync(("order-twice", keys[0]));
        var second = await ConfirmAsync(("order-twice", keys[1]));

        first.PaymentStatus.ShouldBe("DONE");
        second.Json["code"]!.GetValue<string>().ShouldBe("ALREADY_PROCESSED_PAYMENT");
        (await System.StatusAtProviderAsync(keys[1])).ShouldBe("IN_PROGRESS");
    }

    private static async Task<(string Order, string PaymentKey)> BeginAsync(string card)
    {
        var order = $"order-{Guid.NewGuid():N}";
        var begun = await PostAsync(
            "/v1/payments",
            $$"""{"orderId":"{{order}}","amount":1000,"cardNumber":"{{card}}"}"""
        );
        return (order, begun.Json["paymentKey"]!.GetValue<string>());
    }

    private static async Task<Answer> ConfirmAsync(
        (string Order, string PaymentKey) paid,
        string? key = null
    )
    {
        var (order, paymentKey) = paid;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments/confirm")
        {
            Content = new StringContent(
                $$"""{"paymentKey":"{{paymentKey}}","orderId":"{{order}}","amount":1000}""",
                Encoding.UTF8,
                "application/json"
            ),
        };
        request.Headers.Add("Authorization", PaymentsSystem.MerchantCredentials);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await System.Sandbox.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    /// <summary>At Toss Payments a key counts by method and address, not by the body.</summary>
    [Test]
    public async Task a_key_brings_its_first_answer_again_an_error_and_for_another_body_too()
    {
        var key = Guid.NewGuid().ToString();
        var paid = await BeginAsync(Payer.OnceBrokenCard);
        var broken = await ConfirmAsync(paid, key);

        var again = await ConfirmAsync(paid, key);
        var other = await ConfirmAsync(await BeginAsync(Payer.GoodCard), key);
        var anotherKey = await ConfirmAsync(paid, key + "-1");

        broken.Status.ShouldBe(HttpStatusCode.InternalServerError);
        (again.Status, again.Text).ShouldBe((broken.Status, broken.Text));
        (other.Status, other.Text).ShouldBe((broken.Status, broken.Text));
        anotherKey.PaymentStatus.ShouldBe("DONE");
    }

    [Test]
    public async Task what_a_browser_sends_is_shown_and_not_run()
    {
        var page = await System.Sandbox.GetStringAsync(
            "/checkout?amount=1000&orderId=" + Uri.EscapeDataString("\"><script>alert(1)</script>")
        );

        page.ShouldNotContain("<script>");
    }

    private static async Task<Answer> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await System.Sandbox.PostAsync(path, content);
        return await Answer.OfAsync(response);
    }
}
