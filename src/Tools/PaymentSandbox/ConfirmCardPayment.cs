using Microsoft.Extensions.Options;

namespace ConcertReservation.PaymentSandbox;

/// <summary>The merchant takes the money: what happens, the card number decides.</summary>
internal static class ConfirmCardPayment
{
    internal sealed record ConfirmRequest(string PaymentKey, string OrderId, long Amount);

    public static void Map(IEndpointRouteBuilder merchant) => merchant.MapPost("/confirm", Handle);

    private static async Task<IResult> Handle(
        ConfirmRequest request,
        HttpRequest http,
        Ledger ledger,
        IOptions<SandboxOptions> options,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var idempotencyKey = http.Headers["Idempotency-Key"].ToString();
        var now = clock.GetUtcNow();
        var seen = ledger.FindByKey(request.PaymentKey);
        if (seen is { Status: CardPayment.InProgress, Card.Behaviour: CardBehaviour.ApproveSlowly })
            await Task.Delay(TimeSpan.FromSeconds(options.Value.SlowSeconds), clock, stop);

        var (answer, silent) = ledger.Decide(
            request.PaymentKey,
            payment =>
                Decide(payment?.AsOf(now, options.Value.ExpireAfter), request, idempotencyKey, now)
        );
        if (silent)
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, stop);
        return answer;
    }

    /// <summary>Pure: the answer, whether it is withheld, and the payment as it is then.</summary>
    internal static ((IResult Answer, bool Silent) Result, CardPayment? Changed) Decide(
        CardPayment? payment,
        ConfirmRequest request,
        string idempotencyKey,
        DateTimeOffset now
    )
    {
        if (payment is null || payment.OrderId != request.OrderId)
            return Say(Answers.NotFound());
        if (payment.Amount != request.Amount)
            return Say(Answers.Error(400, "INVALID_AMOUNT", "The amount is not the payment's."));
        if (payment.Status == CardPayment.Expired)
        {
            return Say(Answers.Error(404, "NOT_FOUND_PAYMENT_SESSION", "The payment has expired."));
        }

        if (payment.Status != CardPayment.InProgress)
        {
            if (payment.ConfirmedBy != idempotencyKey || idempotencyKey.Length == 0)
            {
                return Say(
                    Answers.Error(
                        400,
                        "ALREADY_PROCESSED_PAYMENT",
                        $"The payment is {payment.Status} already."
                    )
                );
            }

            return Say(
                payment.Status == CardPayment.Aborted
                    ? Answers.Declined(payment)
                    : Answers.Of(payment)
            );
        }

        var tried = payment with { Attempts = payment.Attempts + 1 };
        if (payment.Card.Behaviour == CardBehaviour.FailOnce && payment.Attempts == 0)
            return ((Answers.Broken(), false), tried);
        if (payment.Card.Behaviour == CardBehaviour.Decline)
        {
            var aborted = tried with { Status = CardPayment.Aborted, ConfirmedBy = idempotencyKey };
            return ((Answers.Declined(aborted), false), aborted);
        }

        var done = tried with
        {
            Status = CardPayment.Done,
            ApprovedAt = now,
            ConfirmedBy = idempotencyKey,
        };
        var silent = payment.Card.Behaviour == CardBehaviour.ApproveWithoutAnswer;
        return ((Answers.Of(done), silent), done);

        static ((IResult, bool), CardPayment?) Say(IResult answer) => ((answer, false), null);
    }
}
