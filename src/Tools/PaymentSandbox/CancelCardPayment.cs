namespace ConcertReservation.PaymentSandbox;

/// <summary>
/// The merchant gives the money back, or a part of it: by a program, or as in a provider's console.
/// </summary>
internal static class CancelCardPayment
{
    private const int FailingRefunds = 2;
    private const int MaxReason = 200;

    /// <param name="CancelAmount">Null for all that was paid.</param>
    internal sealed record CancelRequest(string CancelReason, long? CancelAmount = null);

    public static void Map(IEndpointRouteBuilder merchant) =>
        merchant.MapPost("/{paymentKey}/cancel", Handle);

    private static async Task<IResult> Handle(
        string paymentKey,
        CancelRequest request,
        HttpRequest http,
        Ledger ledger,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var idempotencyKey = http.Headers["Idempotency-Key"].ToString();
        var (answer, comes) = ledger.Decide(
            paymentKey,
            payment =>
            {
                var (answer, changed) = Decide(payment, request, idempotencyKey);
                var isSilent =
                    changed is
                    {
                        Status: CardPayment.Canceled,
                        Card.Behaviour: CardBehaviour.RefundWithoutAnswer
                    };
                return ((answer, isSilent ? Coming.Never : Coming.AtOnce), changed);
            }
        );
        FirstAnswers.Decided(http.HttpContext, answer);
        if (comes == Coming.Never)
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, stop);
        return answer;
    }

    /// <summary>Pure: the answer, and the payment as it is then.</summary>
    internal static (IResult Answer, CardPayment? Changed) Decide(
        CardPayment? payment,
        CancelRequest request,
        string idempotencyKey
    )
    {
        if (request.CancelReason.Length is 0 or > MaxReason)
        {
            return (
                Answers.Error(400, "INVALID_REQUEST", "cancelReason must be 1 to 200 characters."),
                null
            );
        }

        if (payment is null)
            return (Answers.NotFound(), null);
        if (payment.CanceledBy == idempotencyKey && idempotencyKey.Length > 0)
            return (Answers.Of(payment), null);
        // Toss Payments does not say that all that was paid may stand for what is left of it.
        var amount = request.CancelAmount ?? payment.Amount;
        if (Refusal(payment, amount) is { } refusal)
            return (refusal, null);

        var tried = payment with { CancelAttempts = payment.CancelAttempts + 1 };
        if (
            payment.Card.Behaviour == CardBehaviour.RefundFailsTwice
            && payment.CancelAttempts < FailingRefunds
        )
        {
            return (Answers.Broken(), tried);
        }

        var canceled = tried with
        {
            Status = amount == payment.Balance ? CardPayment.Canceled : CardPayment.PartialCanceled,
            CanceledBy = idempotencyKey,
            Cancels = [.. payment.Cancels ?? [], new CardCancel(amount, request.CancelReason)],
        };
        return (Answers.Of(canceled), canceled);
    }

    private static IResult? Refusal(CardPayment payment, long amount)
    {
        if (payment.Status == CardPayment.Canceled)
            return Answers.Error(400, "ALREADY_CANCELED_PAYMENT", "The money went back before.");

        var isAwaited = payment.Status == CardPayment.WaitingForDeposit;
        if (!isAwaited && payment.Status is not (CardPayment.Done or CardPayment.PartialCanceled))
            return Answers.Error(403, "NOT_CANCELABLE_PAYMENT", $"It is {payment.Status}.");
        if (amount < 1 || amount > payment.Balance)
            return Answers.Error(403, "NOT_CANCELABLE_AMOUNT", $"{payment.Balance} won are left.");

        return isAwaited && amount != payment.Amount
            ? Answers.Error(
                403,
                "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
                "What nobody has paid in yet is cancelled as a whole."
            )
            : null;
    }
}
