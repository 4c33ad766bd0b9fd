using System.Net;
using ConcertReservation.Tests.Integration.Payments;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>Nobody signs in to send a webhook: a whole host says what it makes of them.</summary>
internal sealed class ProviderWebhookTests
{
    private static TestSystem System => SharedSystem.System;

    [Test]
    public async Task a_forged_webhook_is_a_problem_document_and_a_huge_one_is_not_read()
    {
        var forged = await System.HostB.Hears(
            new TossWebhook("payment-1-ab") { Secret = "guessed" }
        );
        var huge = await System.HostB.Hears(
            new TossWebhook("payment-1-ab") { Body = new string(' ', 70 * 1024) }
        );

        forged.ShouldBe(
            HttpStatusCode.BadRequest,
            "webhook-not-verified",
            TossWebhook.SignatureHeader
        );
        huge.ShouldBe(HttpStatusCode.RequestEntityTooLarge, "too-large", "body");
    }
}

internal static class Webhooks
{
    public static async Task<Answer> Hears(this TestHost host, TossWebhook webhook)
    {
        using var request = webhook.Request();
        using var response = await host.Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }
}
