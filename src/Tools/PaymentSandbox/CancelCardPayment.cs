namespace ConcertReservation.PaymentSandbox;

/// <summary>The merchant gives the whole amount back.</summary>
internal static class CancelCardPayment
{
    private const int FailingRefunds = 2;
    private const int MaxReason = 200;

    /// <param name="CancelAmount">Null for all; a part is refused.</param>
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
        if (request.CancelAmount is { } part && part != payment.Amount)
        {
            return (
                Answers.Error(403, "NOT_CANCELABLE_AMOUNT", "Only the whole amount goes back."),
                null
            );
        }

        if (payment.Status == CardPayment.Canceled)
        {
            return payment.CanceledBy == idempotencyKey && idempotencyKey.Length > 0
                ? (Answers.Of(payment), null)
                : (
                    Answers.Error(400, "ALREADY_CANCELED_PAYMENT", "The money went back before."),
                    null
                );
        }

        if (
            payment.Status
            is not (
                CardPayment.Done
                or CardPayment.PartialCanceled
                or CardPayment.WaitingForDeposit
            )
        )
        {
            return (
                Answers.Error(403, "NOT_CANCELABLE_PAYMENT", $"The payment is {payment.Status}."),
                null
            );
        }

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
            Status = CardPayment.Canceled,
            CanceledBy = idempotencyKey,
            CancelReason = request.CancelReason,
        };
        return (Answers.Of(canceled), canceled);
    }
}
