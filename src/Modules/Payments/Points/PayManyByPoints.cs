using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Payments;

/// <summary>
/// Many payments by points in one transaction of a few statements, where each is plain: a new
/// Idempotency-Key, a hold in time, no other attempt, and a balance that reaches. Whatever is not
/// is left to <see cref="PayByPoints"/>, which knows what to say about it.
/// </summary>
internal sealed class PayManyByPoints(
    UnitOfWork work,
    PaymentsDb db,
    IReservationPayments reservations,
    PaymentIds ids,
    Outbox outbox,
    AnswerWriter answers,
    IOptions<PaymentsOptions> options,
    IOptions<GatewayOptions> gateway,
    TimeProvider clock
)
{
    /// <summary>A host that stands still keeps the locks of so many for no longer.</summary>
    private const int IdleInTransactionMilliseconds = 3_000;

    /// <returns>In the order of the orders; null for those that are left.</returns>
    /// <exception cref="Npgsql.NpgsqlException">All are left, whatever it was.</exception>
    public async Task<IReadOnlyList<RecordedAnswer?>> PayAsync(IReadOnlyList<PointOrder> orders)
    {
        // Once begun, a batch is finished, also while the host stops: customers wait for it.
        var stop = CancellationToken.None;
        // Before the transaction: a block of identifiers comes over a connection of its own.
        var paymentIds = new Dictionary<PointOrder, long>(ReferenceEqualityComparer.Instance);
        // Of a customer's several the first: what the others meet depends on it.
        foreach (var order in orders.DistinctBy(o => o.CustomerId))
            paymentIds.Add(order, await ids.NextAsync(stop));

        // Where something was faster than the look, the next one sees it, and pays its neighbours.
        var paid = await TryPayAsync(paymentIds, stop) ?? await TryPayAsync(paymentIds, stop);
        return [.. orders.Select(o => paid?.GetValueOrDefault(o))];
    }

    /// <returns>
    /// The answers of those that are paid; null where something was faster, and nothing is done.
    /// </returns>
    private async Task<IReadOnlyDictionary<PointOrder, RecordedAnswer>?> TryPayAsync(
        IReadOnlyDictionary<PointOrder, long> paymentIds,
        CancellationToken stop
    )
    {
        try
        {
            return await work.RunAsync(
                token => PayPlainAsync(paymentIds, token),
                commits: paid => paid is { Count: > 0 },
                stop
            );
        }
        catch (PostgresException e) when (PaymentsDb.IsSecondAttempt(e))
        {
            return null;
        }
    }

    private async Task<IReadOnlyDictionary<PointOrder, RecordedAnswer>?> PayPlainAsync(
        IReadOnlyDictionary<PointOrder, long> paymentIds,
        CancellationToken stop
    )
    {
        // By index, row by row, however small the tables were when a statement was prepared.
        await work.Connection.ExecuteAsync(
            $"""
            SET LOCAL lock_timeout = {options.Value.PointLockTimeoutMilliseconds};
            SET LOCAL idle_in_transaction_session_timeout = {IdleInTransactionMilliseconds};
            SET LOCAL enable_seqscan = off;
            SET LOCAL enable_hashjoin = off;
            SET LOCAL enable_mergejoin = off;
            """,
            stop
        );
        var plain = await PlainAsync([.. paymentIds.Keys], stop);
        var pinned = await reservations.PinAsync(
            plain.ToDictionary(p => p.Reservation.ReservationId, p => paymentIds[p.Order]),
            stop
        );
        var orders = plain.Where(p => pinned.Contains(p.Reservation.ReservationId)).ToList();
        if (orders.Count == 0)
            return new Dictionary<PointOrder, RecordedAnswer>();

        var wallets = (
            await db.LockWalletsAsync([.. orders.Select(o => o.Order.CustomerId)], stop)
        ).ToDictionary(w => w.CustomerId);
        var now = clock.GetUtcNow();
        var payments = new List<PaidByPoints>(orders.Count);
        foreach (var (order, reservation) in orders)
        {
            var id = paymentIds[order];
            // Seats are pinned that it would not pay for.
            if (
                wallets[order.CustomerId] is not { ClosedAt: null } wallet
                || wallet.Pay(reservation.Amount, id, now) is not { } entry
            )
                return null;

            payments.Add(Pay(order, reservation, id, entry, now));
        }

        if (await PointsTables.WriteAsync(work.Connection, payments, stop) < payments.Count)
            return null;

        FaultPoints.AtCommit(work, FaultPoint.PointsTaking, FaultPoint.PointsTaken);
        return payments.ToDictionary(p => p.Order, p => p.Answer);
    }

    private async Task<List<(PointOrder Order, PayableReservation Reservation)>> PlainAsync(
        IReadOnlyList<PointOrder> orders,
        CancellationToken stop
    )
    {
        var seen = await PointsTables.LookAsync(work.Connection, orders, stop);
        var reservationsById = (
            await reservations.FindAsync([.. orders.Select(o => o.ReservationId)], stop)
        ).ToDictionary(r => r.ReservationId);
        var plain = new List<(PointOrder, PayableReservation)>(orders.Count);
        foreach (var order in orders.Where(o => !seen.IsTaken(o)))
        {
            if (
                reservationsById.TryGetValue(order.ReservationId, out var reservation)
                && reservation.CustomerId == order.CustomerId
                && seen.BalanceOf(order.CustomerId) >= reservation.Amount
            )
                plain.Add((order, reservation));
        }

        return plain;
    }

    private PaidByPoints Pay(
        PointOrder order,
        PayableReservation reservation,
        long paymentId,
        WalletEntry entry,
        DateTimeOffset now
    )
    {
        var (payment, started) = Payment.Start(
            paymentId,
            reservation,
            PaymentMethod.Point,
            orderId: null,
            now,
            abandonAt: null
        );
        outbox.Add(started, order.TraceParent);
        outbox.Add(payment.Complete(now), order.TraceParent);
        return new PaidByPoints(
            order,
            payment,
            entry,
            StartPayment.Created(payment, answers, gateway.Value)
        );
    }
}

internal sealed record PaidByPoints(
    PointOrder Order,
    Payment Payment,
    WalletEntry Entry,
    RecordedAnswer Answer
);
