using ConcertReservation.BuildingBlocks.Data;
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
    UnitOfWork work,
    PaymentsDb db,
    IWebhookReader reader,
    WebhookLimit limit,
    PaymentMetrics metrics,
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
                    + "what it answers counts. It may come late, twice or in any order. One of "
                    + "no order of ours (404) or of another amount (400) is refused by the name "
                    + "of its field. Where the provider signs none, a host reads a bounded "
                    + "number a minute."
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
                WebhookLimit.TooMany()
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
        if (!reader.IsSigned && limit.Refuse() is { } tooMany)
            return Refuse(PaymentMetrics.TooMany, tooMany);

        // As it is on the wire, for the signature is of these bytes. Kestrel bounds their number.
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, stop);
        ReadOnlyMemory<byte> bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (reader.Verify(bytes, request.Headers, clock.GetUtcNow()) is { } unverified)
            return Refuse(PaymentMetrics.NotVerified, unverified);
        if (WebhookBody.Parse(bytes) is not { } body)
            return Refuse(PaymentMetrics.NotReadable, NoBody());

        return reader.Read(body) is { } notice
            ? await ActOnAsync(notice, stop)
            : Receipt(NothingToDo);
    }

    private async Task<IResult> ActOnAsync(WebhookNotice notice, CancellationToken stop)
    {
        if (string.IsNullOrEmpty(notice.OrderId))
            return Refuse(PaymentMetrics.NotReadable, NoOrder(notice.OrderField));

        var payment = IsOrderId(notice.OrderId)
            ? await db
                .Payments.AsNoTracking()
                .SingleOrDefaultAsync(p => p.OrderId == notice.OrderId, stop)
            : null;
        if (payment is null)
            return Refuse(PaymentMetrics.UnknownOrder, UnknownOrder(notice.OrderField));

        if (notice.AmountWon is { } amount && amount != payment.Amount.Won)
        {
            // Whoever sends unsigned ones does not fill the log.
            var level = reader.IsSigned ? LogLevel.Warning : LogLevel.Debug;
            LogOtherAmount(level, payment.Id, payment.Amount.Won, amount);
            return Refuse(PaymentMetrics.OtherAmount, OtherAmount(notice.AmountField));
        }

        // At the provider a customer may have begun more than once under one order.
        var isOfOurs = notice.PaymentKey is null || notice.PaymentKey == payment.PaymentKey;
        return notice.IsOutcome && isOfOurs && await AskNowAsync(payment.Id, notice.IsTaken, stop)
            ? Receipt(Asking)
            : Receipt(NothingToDo);
    }

    /// <summary>
    /// Whoever has it in hand keeps it, and asks once more where this came in between.
    /// </summary>
    private Task<bool> AskNowAsync(long paymentId, bool isTaken, CancellationToken stop) =>
        work.RunAsync(
            async token =>
            {
                var payment = (await db.LockPaymentAsync(paymentId, token))!;
                var isAsked = payment.Hint(clock.GetUtcNow(), isTaken);
                await db.SaveChangesAsync(token);
                return isAsked;
            },
            stop
        );

    private Problem Refuse(string reason, Problem problem)
    {
        metrics.Refused(reason);
        LogRefused(reader.Provider, problem.Detail);
        return problem;
    }

    private static IResult Receipt(string outcome) => TypedResults.Ok(new WebhookReceipt(outcome));

    private static Problem NoBody() => Problems.Validation("body", "must be a JSON object");

    private static Problem NoOrder(string field) =>
        Problems.Validation(field, "is required: the order that it is about");

    /// <summary>What the payment's amount is, only its customer may know.</summary>
    private static Problem OtherAmount(string field) =>
        Problems.Validation(field, "is not the payment's amount");

    private static Problem UnknownProvider() =>
        Problems.NotFound(
            "There is no webhook of this provider here.",
            "provider",
            "names none of ours"
        );

    private static Problem UnknownOrder(string field) =>
        Problems.NotFound("The webhook is about no order of ours.", field, "names none of ours");

    /// <summary>Such as we give out; nothing else is looked for.</summary>
    private static bool IsOrderId(string text) =>
        text.Length is > 0 and <= MaxOrderIdLength
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-');

    [LoggerMessage(LogLevel.Debug, "A webhook of {Provider} is refused: {Reason}")]
    private partial void LogRefused(string provider, string reason);

    [LoggerMessage(
        Message = "A webhook about payment {PaymentId} of {Amount} won tells {Other}; it is ignored"
    )]
    private partial void LogOtherAmount(LogLevel level, long paymentId, long amount, long other);
}
