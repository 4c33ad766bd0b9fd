using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// Writes down what the provider said, whoever asked it: the request that confirms, or
/// background work after a crash. The first one decides; the keys that wait for the
/// payment get their answer with it.
/// </summary>
internal sealed class PaymentSettlement(
    UnitOfWork work,
    PaymentsDb db,
    IReservationPayments reservations,
    Outbox outbox,
    AnswerWriter answers,
    Rechecks rechecks,
    IOptions<GatewayOptions> gateway,
    TimeProvider clock
)
{
    public const string Abandoned = "abandoned";

    /// <summary>What an open Idempotency-Key waits for.</summary>
    public static string Subject(long paymentId) => $"payment-{paymentId}";

    /// <returns>
    /// The answer for the customer; null where somebody else had settled it before.
    /// </returns>
    public Task<RecordedAnswer?> SettleAsync(
        Payment asked,
        Verdict verdict,
        CancellationToken stop
    ) =>
        InTransactionAsync(
            asked.Id,
            // Reservations come before payments in the order of locks.
            token =>
                verdict.IsFailure
                    ? reservations.ReleaseAsync(asked.ReservationId, asked.Id, token)
                    : Task.CompletedTask,
            payment =>
            {
                var now = clock.GetUtcNow();
                if (!payment.IsOpen)
                {
                    // Where it has failed meanwhile, the money goes back.
                    var isTaken = verdict.Kind == VerdictKind.Taken;
                    return
                        isTaken
                        && payment.Status == PaymentStatus.Failed
                        && payment.Hint(now, isTaken)
                        ? Decision.Noted
                        : Decision.None;
                }

                switch (verdict.Kind)
                {
                    case VerdictKind.Taken:
                        outbox.Add(payment.Complete(now));
                        FaultPoints.AtCommit(
                            work,
                            FaultPoint.MoneySettling,
                            FaultPoint.MoneySettled
                        );
                        break;
                    case VerdictKind.Declined or VerdictKind.Returned:
                        outbox.Add(payment.Fail(verdict.Detail, now));
                        FaultPoints.AtCommit(
                            work,
                            FaultPoint.DeclineSettling,
                            FaultPoint.DeclineSettled
                        );
                        break;
                    default:
                        rechecks.Schedule(payment, asked.ClaimedUntil);
                        FaultPoints.AtCommit(
                            work,
                            FaultPoint.UnknownNoting,
                            FaultPoint.UnknownNoted
                        );
                        break;
                }

                return Decision.Settled;
            },
            stop
        );

    /// <summary>Ends an attempt that the provider was never asked about.</summary>
    public Task AbandonAsync(long paymentId, CancellationToken stop) =>
        InTransactionAsync(
            paymentId,
            _ => Task.CompletedTask,
            payment =>
            {
                if (!payment.CanBeAbandoned)
                    return Decision.None;

                outbox.Add(payment.Fail(Abandoned, clock.GetUtcNow()));
                FaultPoints.AtCommit(work, FaultPoint.Abandoning, FaultPoint.Abandoned);
                return Decision.Settled;
            },
            stop
        );

    /// <summary>200 when the money was taken, 402 when not, 202 while nobody knows.</summary>
    public RecordedAnswer AnswerOf(Payment payment) =>
        payment.Status switch
        {
            PaymentStatus.Failed => answers.Problem(
                Problems.PaymentDeclined(payment.Reason ?? ""),
                ConfirmPayment.PathOf(payment.Id)
            ),
            PaymentStatus.Started or PaymentStatus.Unknown => answers.Json(
                202,
                PaymentView.Of(payment, gateway.Value),
                PaymentView.PathOf(payment.Id)
            ),
            _ => answers.Json(200, PaymentView.Of(payment, gateway.Value)),
        };

    private async Task<RecordedAnswer?> InTransactionAsync(
        long paymentId,
        Func<CancellationToken, Task> prepare,
        Func<Payment, Decision> decide,
        CancellationToken stop
    )
    {
        // What this scope read in an earlier transaction may not be so any more.
        db.ChangeTracker.Clear();
        var (_, answer) = await work.RunAsync<(Decision Decision, RecordedAnswer? Answer)>(
            async token =>
            {
                var subject = Subject(paymentId);
                await IdempotencyTable.LockOpenAsync(work.Connection, subject, token);
                await prepare(token);
                var payment =
                    await db.LockPaymentAsync(paymentId, token)
                    ?? throw new InvalidOperationException($"There is no payment {paymentId}.");
                var decision = decide(payment);
                if (decision == Decision.None)
                    return (decision, null);

                await db.SaveChangesAsync(token);
                if (decision == Decision.Noted)
                    return (decision, null);

                var told = AnswerOf(payment);
                if (!payment.IsOpen)
                    await IdempotencyTable.AnswerOpenAsync(work.Connection, subject, told, token);
                return (decision, told);
            },
            commits: outcome => outcome.Decision != Decision.None,
            stop
        );
        return answer;
    }

    private enum Decision
    {
        /// <summary>Nothing changes.</summary>
        None,

        /// <summary>Something that is nobody's answer.</summary>
        Noted,

        /// <summary>Whoever waits for the payment has an answer.</summary>
        Settled,
    }
}
