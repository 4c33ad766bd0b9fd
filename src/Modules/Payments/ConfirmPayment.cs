using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// A customer comes back from the provider: the money is taken now. The seats' pin is committed
/// before the provider is asked, the question is put with nothing locked, and the outcome is
/// committed after it. A crash in between is finished by <see cref="FinishPayments"/>.
/// </summary>
internal sealed class ConfirmPayment(
    UnitOfWork work,
    PaymentsDb db,
    IdempotentRequests requests,
    IReservationPayments reservations,
    IPaymentGateway provider,
    PaymentSettlement settlement,
    AnswerWriter answers,
    IOptions<GatewayOptions> gateway,
    TimeProvider clock
)
{
    public const int MaxPaymentKeyLength = 200;

    private const string Operation = "confirm-payment";

    private static readonly string PaymentKeyRule =
        $"must be 1 to {MaxPaymentKeyLength} letters, digits, _ and -";

    /// <param name="PaymentKey">What the provider gave when the customer paid there.</param>
    internal sealed record ConfirmPaymentRequest(string PaymentKey);

    public static string PathOf(long paymentId) => $"/api/payments/{paymentId}/confirm";

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/payments/{id}/confirm", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithName("ConfirmPayment")
            .WithTags("Payments")
            .WithSummary("Confirm a card payment")
            .WithDescription(
                "The seats are pinned and the provider is asked to take the money: 200 "
                    + "COMPLETED, 402 declined (the hold is yours again), or 202 while the "
                    + "provider's answer is missing: look at the payment until it is final, "
                    + "or send the same request again."
            )
            .WithRequestExample(new ConfirmPaymentRequest("pk_5JmB0oQ2vX8rTzLw"))
            .Produces<PaymentView>()
            .Produces<PaymentView>(202)
            .WithResponseExample(
                200,
                PaymentView.Example with
                {
                    Status = PaymentStatuses.Completed,
                    Checkout = null,
                }
            )
            .WithResponseExample(
                202,
                PaymentView.Example with
                {
                    Status = PaymentStatuses.Unknown,
                    Checkout = null,
                }
            )
            .TakesIdempotencyKey()
            .WithResponseHeader(
                202,
                "Location",
                "Where to look until it is final.",
                PaymentView.PathOf(Examples.PaymentId)
            )
            .WithParameter("id", "The payment's id.", Examples.PaymentId)
            .Refuses(
                Problems.Validation("paymentKey", PaymentKeyRule),
                Problems.PaymentDeclined("The card has insufficient funds."),
                Problems.NotFound("payment", Examples.PaymentId),
                Problems.IllegalState(
                    $"Payment {Examples.PaymentId} is COMPLETED and cannot be confirmed."
                ),
                Problems.ReservationExpired(Examples.ReservationId)
            );

    private static async Task<IResult> Handle(
        long id,
        ConfirmPaymentRequest request,
        IdempotencyKey? key,
        CurrentCustomer customer,
        ConfirmPayment payments,
        CancellationToken stop
    )
    {
        if (key is null)
            return Problems.IdempotencyKeyMissing();
        return Invalid(request)
            ?? await payments.ConfirmAsync(
                new IdempotencyScope(customer.Id, Operation, key.Value),
                id,
                request.PaymentKey,
                stop
            );
    }

    private async Task<IResult> ConfirmAsync(
        IdempotencyScope scope,
        long id,
        string paymentKey,
        CancellationToken stop
    )
    {
        var outcome = await requests.RunAsync(
            scope,
            answers.Fingerprint(new { id, paymentKey }),
            token => BeginAsync(id, scope.CustomerId, paymentKey, token),
            stop
        );
        if (outcome.Answer is { } answer)
            return answer;

        // An earlier request began it. Whether that one still runs or its host died,
        // nobody can tell from here: so the repeat waits briefly for the outcome, and
        // then shows the payment as it is.
        if (!outcome.IsOpen && await AskAsync(id) is { } settled)
            return settled;

        if (await requests.AwaitAnswerAsync(scope, stop) is { } awaited)
            return awaited;

        var shown = await ShowAsync(id, stop);
        // What is shown may have been settled since the last look, and then has an answer already.
        return await requests.FindAnswerAsync(scope, stop) ?? shown;
    }

    /// <summary>Pins the seats and notes that the provider will be asked.</summary>
    private async Task<Reply> BeginAsync(
        long paymentId,
        long customerId,
        string paymentKey,
        CancellationToken stop
    )
    {
        var seen = await db
            .Payments.AsNoTracking()
            .SingleOrDefaultAsync(p => p.Id == paymentId && p.CustomerId == customerId, stop);
        if (seen is null)
            return Problems.NotFound("payment", paymentId);
        if (!seen.CanBeConfirmed)
            return NotNow(seen);

        // Reservations come before payments in the order of locks.
        var pinned = await reservations.PinAsync(seen.ReservationId, paymentId, stop);
        if (pinned is PinResult.Lapsed)
            return Problems.ReservationExpired(seen.ReservationId);
        if (pinned is not PinResult.Done)
        {
            return Problems.IllegalState(
                $"Reservation {seen.ReservationId} cannot be paid any more."
            );
        }

        var payment = (await db.LockPaymentAsync(paymentId, stop))!;
        if (!payment.CanBeConfirmed)
            return NotNow(payment);

        payment.MarkAsked(paymentKey, clock.GetUtcNow() + gateway.Value.AnswerBy);
        FaultPoints.AtCommit(work, FaultPoint.Pinning, FaultPoint.Pinned);
        await db.SaveChangesAsync(stop);
        return Reply.Begun(PaymentSettlement.Subject(paymentId));
    }

    /// <summary>
    /// Asks the provider and writes its answer down, even if the customer hangs up meanwhile; the
    /// provider's time limit bounds it.
    /// </summary>
    /// <returns>Null where somebody else settled it meanwhile.</returns>
    private async Task<RecordedAnswer?> AskAsync(long paymentId)
    {
        var payment = await FindAsync(paymentId, CancellationToken.None);
        // This host may have stood still since it was pinned.
        if (!payment.IsOpen)
            return null;

        var verdict = await provider.ConfirmAsync(
            ProviderOrder.Of(payment),
            CancellationToken.None
        );
        FaultPoints.Reach(FaultPoint.ProviderAnswered);
        return await settlement.SettleAsync(payment, verdict, CancellationToken.None);
    }

    /// <summary>The payment as it is now.</summary>
    private async Task<RecordedAnswer> ShowAsync(long paymentId, CancellationToken stop) =>
        settlement.AnswerOf(await FindAsync(paymentId, stop));

    private Task<Payment> FindAsync(long paymentId, CancellationToken stop) =>
        db.Payments.AsNoTracking().SingleAsync(p => p.Id == paymentId, stop);

    private static Problem NotNow(Payment payment) =>
        Problems.IllegalState(
            payment is { Status: PaymentStatus.Started, WasAsked: true }
                ? $"Payment {payment.Id} is being confirmed."
                : $"Payment {payment.Id} is {payment.Status.ToWire()} and cannot be confirmed."
        );

    private static Problem? Invalid(ConfirmPaymentRequest request) =>
        new FieldErrors()
            .Require(
                request.PaymentKey is { Length: > 0 and <= MaxPaymentKeyLength } key
                    && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'),
                "paymentKey",
                PaymentKeyRule
            )
            .ToProblem();
}
