using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Payments;

/// <summary>
/// The provider tells that something became of a payment. It is believed in nothing but that:
/// whatever the body says, the provider is asked, by background work and at once. So a webhook that
/// is forged, repeated, late or out of order moves no money, and the answer is quick.
/// </summary>
internal sealed partial class ReceiveWebhook(
    PaymentsDb db,
    IWebhookReader reader,
    TimeProvider clock,
    ILogger<ReceiveWebhook> logger
)
{
    public const string Asking = "ASKING";
    public const string NothingToDo = "NOTHING_TO_DO";

    private const int MaxOrderIdLength = 64;

    /// <param name="Outcome">
    /// ASKING: the provider is asked now. NOTHING_TO_DO: it has ended, or waits for nobody.
    /// </param>
    internal sealed record WebhookReceipt(string Outcome);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/payments/webhooks/{provider}", Handle)
            .AllowAnonymous()
            .WithName("ReceiveWebhook")
            .WithTags("Payments")
            .WithSummary("Hear from the payment provider")
            .WithDescription(
                "For the provider alone: `PAYMENT_STATUS_CHANGED` of Toss Payments and the "
                    + "sandbox, events of Stripe. The body is theirs, signed. It moves no "
                    + "money: the provider is asked about the payment that it names, and only "
                    + "what it answers counts. It may come late, twice or in any order."
            )
            .WithParameter("provider", "The provider that this host pays at.", "toss")
            .WithRequestHeader(
                "tosspayments-webhook-signature",
                "HMAC-SHA256 of body, colon and transmission time, by the shared secret.",
                "v1:TvgZ2rrdPJvzhDBOej8UMybv0SHufgwdiv6+OzANJd4="
            )
            .WithRequestHeader(
                TossWebhooks.TimeHeader,
                "When it was sent; older than five minutes is refused.",
                "2026-11-20T20:00:12+09:00"
            )
            .Produces<WebhookReceipt>()
            .WithResponseExample(200, new WebhookReceipt(Asking))
            .Refuses(
                WebhookSignatures.Wrong("tosspayments-webhook-signature"),
                UnknownProvider(),
                UnknownOrder("payment-1-9f86d081884c7d65")
            );

    private static async Task<IResult> Handle(
        string provider,
        HttpContext http,
        ReceiveWebhook webhooks,
        CancellationToken stop
    ) => await webhooks.ReceiveAsync(provider, http.Request, stop);

    private async Task<IResult> ReceiveAsync(
        string provider,
        HttpRequest request,
        CancellationToken stop
    )
    {
        if (provider != reader.Provider)
            return UnknownProvider();

        // As it is on the wire, for the signature is of these bytes. Kestrel bounds their number.
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, stop);
        ReadOnlyMemory<byte> bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (reader.Verify(bytes, request.Headers, clock.GetUtcNow()) is { } unverified)
        {
            LogRefused(provider, unverified.Detail);
            return unverified;
        }

        if (WebhookBody.Parse(bytes) is not { } body)
            return Problems.Validation("body", "must be a JSON object");

        var notice = reader.Read(body);
        return notice.OrderId is null
            ? Receipt(NothingToDo)
            : await ActOnAsync(notice, notice.OrderId, stop);
    }

    private async Task<IResult> ActOnAsync(
        WebhookNotice notice,
        string orderId,
        CancellationToken stop
    )
    {
        var payment = IsOrderId(orderId)
            ? await db.Payments.AsNoTracking().SingleOrDefaultAsync(p => p.OrderId == orderId, stop)
            : null;
        if (payment is null)
            return UnknownOrder(orderId);

        if (notice.AmountWon is { } amount && amount != payment.Amount.Won)
        {
            LogOtherAmount(payment.Id, payment.Amount.Won, amount);
            return Problems.Validation(
                notice.AmountField,
                $"is not the {payment.Amount.Won} won of payment {payment.Id}"
            );
        }

        // At the provider a customer may have begun more than once under one order.
        var isOfOurs = notice.PaymentKey is null || notice.PaymentKey == payment.PaymentKey;
        return notice.IsOutcome && isOfOurs && await AskNowAsync(payment.Id, stop)
            ? Receipt(Asking)
            : Receipt(NothingToDo);
    }

    /// <summary>
    /// Whoever has it in hand keeps it, and asks once more where this came in between.
    /// </summary>
    private async Task<bool> AskNowAsync(long paymentId, CancellationToken stop) =>
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE payments.payments SET next_check_at = least(next_check_at, clock.now())
            WHERE id = {paymentId} AND payment_key IS NOT NULL AND next_check_at IS NOT NULL
                AND status IN ('STARTED', 'UNKNOWN', 'REFUND_REQUESTED')
            """,
            stop
        ) > 0;

    private static IResult Receipt(string outcome) => TypedResults.Ok(new WebhookReceipt(outcome));

    private static Problem UnknownProvider() =>
        Problems.NotFound("There is no webhook of this provider here.");

    private static Problem UnknownOrder(string orderId) =>
        Problems.NotFound(
            IsOrderId(orderId)
                ? $"The webhook names order {orderId}, which is none of ours."
                : "The webhook names no order."
        );

    /// <summary>Such as we give out; nothing else is looked for or shown.</summary>
    private static bool IsOrderId(string text) =>
        text.Length is > 0 and <= MaxOrderIdLength
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-');

    [LoggerMessage(LogLevel.Information, "A webhook of {Provider} is refused: {Reason}")]
    private partial void LogRefused(string provider, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "A webhook about payment {PaymentId} of {Amount} won tells {Other} won; it is ignored"
    )]
    private partial void LogOtherAmount(long paymentId, long amount, long other);
}
