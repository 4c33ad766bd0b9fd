using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>What is known of one payment attempt that has come to an end.</summary>
/// <param name="RefundRequestedAt">From then on its money is on the way back.</param>
internal sealed record PaymentFacts(
    long ReservationId,
    long PaymentId,
    string Method,
    long Amount,
    DateTimeOffset? CompletedAt,
    DateTimeOffset? FailedAt,
    DateTimeOffset? RefundRequestedAt,
    DateTimeOffset? RefundedAt
)
{
    /// <param name="told">Of one payment, in any order, any of them repeated.</param>
    /// <returns>null where they tell of no end.</returns>
    public static PaymentFacts? Of(IEnumerable<PaymentEvent> told)
    {
        var events = told.ToList();
        var facts = new PaymentFacts(
            events[0].ReservationId,
            events[0].PaymentId,
            events[0].PaymentMethod,
            events[0].Amount.Won,
            FirstOf<PaymentCompleted>(events),
            FirstOf<PaymentFailed>(events),
            FirstOf<PaymentRefundRequested>(events),
            FirstOf<PaymentRefunded>(events)
        );
        return facts.IsKnown ? facts : null;
    }

    private bool IsKnown =>
        (CompletedAt ?? FailedAt ?? RefundRequestedAt ?? RefundedAt) is not null;

    private static DateTimeOffset? FirstOf<T>(List<PaymentEvent> events)
        where T : PaymentEvent => events.OfType<T>().FirstOrDefault()?.OccurredAt;
}

/// <summary>
/// <c>data_platform.payments</c>: each fact has its place and never changes, so the order in which
/// events come, and how often, makes no difference.
/// </summary>
internal static class PaymentTable
{
    /// <summary>One statement a batch, and none where no attempt came to an end.</summary>
    public static async Task LearnAsync(
        UnitOfWork work,
        string schema,
        IEnumerable<DomainEvent> events,
        CancellationToken stop
    )
    {
        var payments = events
            .OfType<PaymentEvent>()
            .GroupBy(e => (e.ReservationId, e.PaymentId))
            .OrderBy(payment => payment.Key)
            .Select(PaymentFacts.Of)
            .OfType<PaymentFacts>()
            .ToList();
        if (payments.Count == 0)
            return;

        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO {schema}.payments AS known
                (reservation_id, payment_id, method, amount, completed_at, failed_at,
                 refund_requested_at, refunded_at)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[],
                $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[])
            ON CONFLICT (reservation_id, payment_id) DO UPDATE
            SET completed_at = coalesce(known.completed_at, excluded.completed_at),
                failed_at = coalesce(known.failed_at, excluded.failed_at),
                refund_requested_at =
                    coalesce(known.refund_requested_at, excluded.refund_requested_at),
                refunded_at = coalesce(known.refunded_at, excluded.refunded_at)
            """,
            work.Connection
        );
        var parameters = command.Parameters;
        parameters.AddArray(payments.Select(p => p.ReservationId));
        parameters.AddArray(payments.Select(p => p.PaymentId));
        parameters.AddArray(payments.Select(p => p.Method));
        parameters.AddArray(payments.Select(p => p.Amount));
        parameters.AddArray(payments.Select(p => p.CompletedAt?.ToUniversalTime()));
        parameters.AddArray(payments.Select(p => p.FailedAt?.ToUniversalTime()));
        parameters.AddArray(payments.Select(p => p.RefundRequestedAt?.ToUniversalTime()));
        parameters.AddArray(payments.Select(p => p.RefundedAt?.ToUniversalTime()));
        await command.ExecuteNonQueryAsync(stop);
    }
}
