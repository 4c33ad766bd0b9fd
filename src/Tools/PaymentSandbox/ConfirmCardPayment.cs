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
        IHostApplicationLifetime sandbox,
        CancellationToken stop
    )
    {
        var idempotencyKey = http.Headers["Idempotency-Key"].ToString();
        var now = clock.GetUtcNow();
        var seen = ledger.FindByKey(request.PaymentKey);
        if (seen is { Status: CardPayment.InProgress, Card.Behaviour: CardBehaviour.ApproveSlowly })
            await Task.Delay(options.Value.Slow, clock, stop);

        var (answer, comes) = ledger.Decide(
            request.PaymentKey,
            payment =>
                IsPaidByAnother(ledger, payment)
                    ? ((AlreadyProcessed("paid"), Coming.AtOnce), null)
                    : Decide(
                        payment?.AsOf(now, options.Value.ExpireAfter),
                        request,
                        idempotencyKey,
                        now
                    )
        );
        if (comes == Coming.Worked)
        {
            await Task.Delay(options.Value.Slow, clock, sandbox.ApplicationStopping);
            answer = ledger.Decide(request.PaymentKey, p => Worked(p!, clock.GetUtcNow()));
        }

        FirstAnswers.Decided(http.HttpContext, answer);
        if (comes == Coming.Late)
            await Task.Delay(options.Value.Slow, clock, stop);
        else if (comes == Coming.Never)
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, stop);
        return answer;
    }

    /// <summary>Pure: the answer, when it comes, and the payment as it is then.</summary>
    internal static ((IResult Answer, Coming Comes) Result, CardPayment? Changed) Decide(
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
                return Say(AlreadyProcessed(payment.Status));
            }

            return Say(
                payment.Status == CardPayment.Aborted
                    ? Answers.Declined(payment)
                    : Answers.Of(payment)
            );
        }

        if (payment.IsWorkedOn)
            return Say(TooSoon());

        var tried = payment with { Attempts = payment.Attempts + 1 };
        if (payment.Card.Behaviour is CardBehaviour.WorkOn or CardBehaviour.WorkOnUnseen)
        {
            var workedOn = tried with { ConfirmedBy = idempotencyKey };
            return ((Answers.Of(workedOn), Coming.Worked), workedOn);
        }

        if (payment.Card.Behaviour == CardBehaviour.FailOnce && payment.Attempts == 0)
            return ((Answers.Broken(), Coming.AtOnce), tried);
        if (payment.Card.Behaviour == CardBehaviour.Decline)
        {
            var aborted = tried with { Status = CardPayment.Aborted, ConfirmedBy = idempotencyKey };
            return ((Answers.Declined(aborted), Coming.AtOnce), aborted);
        }

        var done = tried with
        {
            Status = payment.Card.Behaviour switch
            {
                CardBehaviour.ApproveAndReturnPart => CardPayment.PartialCanceled,
                CardBehaviour.WaitForDeposit => CardPayment.WaitingForDeposit,
                _ => CardPayment.Done,
            },
            ApprovedAt = now,
            ConfirmedBy = idempotencyKey,
            Cancels =
                payment.Card.Behaviour == CardBehaviour.ApproveAndReturnPart
                    ? [new CardCancel(payment.Amount - (payment.Amount / 2), "By the provider.")]
                    : null,
        };
        return (Approved(done), done);

        static ((IResult, Coming), CardPayment?) Say(IResult answer) =>
            ((answer, Coming.AtOnce), null);
    }

    private static (IResult Answer, CardPayment? Changed) Worked(
        CardPayment payment,
        DateTimeOffset now
    )
    {
        var done = payment with { Status = CardPayment.Done, ApprovedAt = now };
        return (Answers.Of(done), done);
    }

    /// <summary>Who begins twice for one order pays once.</summary>
    private static bool IsPaidByAnother(Ledger ledger, CardPayment? payment) =>
        payment is not null
        && ledger.FindByOrder(payment.OrderId) is { Status: CardPayment.Done } paid
        && paid.PaymentKey != payment.PaymentKey;

    /// <summary>Of all that Toss Payments may say then, what tells the merchant least.</summary>
    private static IResult TooSoon() =>
        Answers.Error(403, "FORBIDDEN_CONSECUTIVE_REQUEST", "Repeated requests are refused.");

    private static IResult AlreadyProcessed(string how) =>
        Answers.Error(400, "ALREADY_PROCESSED_PAYMENT", $"The payment is {how} already.");

    private static (IResult Answer, Coming Comes) Approved(CardPayment done) =>
        done.Card.Behaviour switch
        {
            CardBehaviour.ApproveAndBreak => (Answers.Broken(), Coming.AtOnce),
            CardBehaviour.ApproveAndAnswerLate => (Answers.Of(done), Coming.Late),
            CardBehaviour.ApproveWithoutAnswer => (Answers.Of(done), Coming.Never),
            _ => (Answers.Of(done), Coming.AtOnce),
        };
}
