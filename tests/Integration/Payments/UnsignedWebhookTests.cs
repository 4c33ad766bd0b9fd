using System.Net;
using ConcertReservation.Tests.Integration.Modules;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>A host whose provider signs no webhooks: anybody may send one.</summary>
[TestFixture]
internal sealed class UnsignedWebhookTests
{
    private const int PerMinute = 12;

    private static PaymentsSystem System => PaymentsFixture.System;

    private ModuleHost _host = null!;

    [SetUp]
    public async Task StartAsync() =>
        _host = await System.StartHostAsync(
            ("Payments:Gateway:WebhookSecret", ""),
            ("Payments:Gateway:UnsignedWebhooksPerMinute", $"{PerMinute}")
        );

    [TearDown]
    public async Task StopAsync()
    {
        System.Wire.Fault = null;
        await _host.DisposeAsync();
    }

    [Test]
    public async Task whoever_knows_an_order_has_it_asked_about_once_a_second_at_most()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        System.Wire.Fault = (_, _) => throw new HttpRequestException("The line is cut.");
        await mina.ConfirmsAsync(payment, paymentKey);
        var order = await System.OrderOfAsync(payment);

        // As if it were asked in a minute, when no other host looks, and by itself in an hour.
        await Eventually.Until(
            "nobody has it in hand",
            async () =>
                await System.AskAsync<long>(
                    """
                    WITH unclaimed AS (
                        UPDATE payments.payments
                        SET asked_at = clock.now() + interval '1 minute',
                            next_check_at = clock.now() + interval '1 hour'
                        WHERE id = $1 AND status = 'UNKNOWN' AND claimed_until IS NULL
                        RETURNING id
                    )
                    SELECT count(*) FROM unclaimed
                    """,
                    payment
                ) == 1
        );
        for (var i = 0; i < 3; i++)
        {
            var told = await TellAsync(new TossWebhook(order) { PaymentKey = paymentKey });
            told.Json["outcome"]!.GetValue<string>().ShouldBe("ASKING");
        }

        var wait = await System.AskAsync<double>(
            """
            SELECT extract(epoch FROM next_check_at - asked_at)::float8
            FROM payments.payments WHERE id = $1
            """,
            payment
        );
        wait.ShouldBe(1, tolerance: 0.001);
        System.Wire.Fault = null;
        await System.CheckNowAsync(payment);
        await mina.SeesAsync(payment, "COMPLETED");
    }

    [Test]
    public async Task there_are_so_many_a_minute_and_no_more()
    {
        var unknown = new TossWebhook("payment-1-ab");
        for (var i = 0; i < PerMinute; i++)
            (await TellAsync(unknown)).Status.ShouldBe(HttpStatusCode.NotFound);

        var refused = await TellAsync(unknown);
        // On a slow machine there is room for another one by now.
        for (var i = 0; refused.Status == HttpStatusCode.NotFound && i < PerMinute; i++)
            refused = await TellAsync(unknown);

        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests, refused.Text);
        refused.Problem.ShouldBe("too-many-requests");
    }

    private async Task<Answer> TellAsync(TossWebhook webhook)
    {
        using var request = (webhook with { IsSigned = false }).Request();
        using var response = await _host.Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }
}
