using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// Reservations as Payments sees them: rows that are locked, extended and pinned.
/// </summary>
internal sealed class ReservationsDouble(UnitOfWork work) : IReservationPayments
{
    public const string CreateSql = """
        CREATE TABLE reservations_double (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            customer_id bigint NOT NULL,
            amount bigint NOT NULL,
            status text NOT NULL,
            held_until timestamptz NOT NULL DEFAULT now() + interval '1 hour',
            pinned_by bigint
        )
        """;

    private static int _questions;

    /// <summary>How often anybody asked for reservations.</summary>
    public static int Questions => Volatile.Read(ref _questions);

    public async Task<PayableReservation?> FindAsync(
        long reservationId,
        long customerId,
        CancellationToken stop
    ) => (await FindAsync([reservationId], customerId, stop)).SingleOrDefault();

    public async Task<IReadOnlyList<PayableReservation>> FindAsync(
        IReadOnlyCollection<long> reservationIds,
        long customerId,
        CancellationToken stop
    ) => [.. (await FindAsync(reservationIds, stop)).Where(r => r.CustomerId == customerId)];

    public async Task<IReadOnlyList<PayableReservation>> FindAsync(
        IReadOnlyCollection<long> reservationIds,
        CancellationToken stop
    ) =>
        await work.RunAsync(
            async token =>
            {
                Interlocked.Increment(ref _questions);
                await using var find = new NpgsqlCommand(
                    """
                    SELECT id, amount, status, held_until, customer_id FROM reservations_double
                    WHERE id = ANY ($1)
                    """,
                    work.Connection
                );
                find.Parameters.AddWithValue(reservationIds.ToArray());
                var found = new List<PayableReservation>();
                await using var row = await find.ExecuteReaderAsync(token);
                while (await row.ReadAsync(token))
                {
                    found.Add(
                        new PayableReservation(
                            row.GetInt64(0),
                            row.GetInt64(4),
                            new Money(row.GetInt64(1)),
                            row.GetString(2),
                            row.GetFieldValue<DateTimeOffset>(3)
                        )
                    );
                }

                return found;
            },
            stop
        );

    public Task<PinResult> ExtendAsync(
        long reservationId,
        long paymentId,
        CancellationToken stop
    ) => MoveAsync(reservationId, paymentId, pins: false, stop);

    public Task<PinResult> PinAsync(long reservationId, long paymentId, CancellationToken stop) =>
        MoveAsync(reservationId, paymentId, pins: true, stop);

    public Task<IReadOnlySet<long>> PinAsync(
        IReadOnlyDictionary<long, long> payments,
        CancellationToken stop
    ) =>
        work.RunAsync<IReadOnlySet<long>>(
            async token =>
            {
                var pinned = new HashSet<long>();
                foreach (var (reservation, payment) in payments.OrderBy(p => p.Key))
                {
                    if (await PinAsync(reservation, payment, token) == PinResult.Done)
                        pinned.Add(reservation);
                }

                return pinned;
            },
            stop
        );

    public Task ReleaseAsync(long reservationId, long paymentId, CancellationToken stop) =>
        work.RunAsync(
            async token =>
            {
                await using var release = new NpgsqlCommand(
                    """
                    UPDATE reservations_double SET status = 'HELD', pinned_by = NULL
                    WHERE id = $1 AND pinned_by = $2
                    """,
                    work.Connection
                );
                release.Parameters.AddWithValue(reservationId);
                release.Parameters.AddWithValue(paymentId);
                return await release.ExecuteNonQueryAsync(token);
            },
            stop
        );

    public Task<IReadOnlyList<long>> PinningAsync(int limit, CancellationToken stop) =>
        work.RunAsync<IReadOnlyList<long>>(
            async token =>
            {
                await using var find = new NpgsqlCommand(
                    """
                    SELECT pinned_by FROM reservations_double
                    WHERE status = 'PAYING' AND pinned_by IS NOT NULL
                    ORDER BY held_until LIMIT $1
                    """,
                    work.Connection
                );
                find.Parameters.AddWithValue(limit);
                var pinning = new List<long>();
                await using var row = await find.ExecuteReaderAsync(token);
                while (await row.ReadAsync(token))
                    pinning.Add(row.GetInt64(0));
                return pinning;
            },
            stop
        );

    private Task<PinResult> MoveAsync(
        long reservationId,
        long paymentId,
        bool pins,
        CancellationToken stop
    ) =>
        work.RunAsync(
            async token =>
            {
                await using var batch = new NpgsqlBatch(work.Connection)
                {
                    BatchCommands =
                    {
                        new("SELECT FROM reservations_double WHERE id = $1 FOR UPDATE")
                        {
                            Parameters = { new() { Value = reservationId } },
                        },
                        new(
                            """
                            UPDATE reservations_double
                            SET status = CASE WHEN $3 THEN 'PAYING' ELSE status END,
                                pinned_by = CASE WHEN $3 THEN $2 ELSE pinned_by END
                            WHERE id = $1 AND (status = 'HELD' OR pinned_by = $2)
                            """
                        )
                        {
                            Parameters =
                            {
                                new() { Value = reservationId },
                                new() { Value = paymentId },
                                new() { Value = pins },
                            },
                        },
                        new("SELECT status, pinned_by FROM reservations_double WHERE id = $1")
                        {
                            Parameters = { new() { Value = reservationId } },
                        },
                    },
                };
                await using var rows = await batch.ExecuteReaderAsync(token);
                await rows.NextResultAsync(token);
                if (!await rows.ReadAsync(token))
                    return PinResult.NotFound;

                return rows.GetString(0) switch
                {
                    "HELD" => PinResult.Done,
                    "PAYING" when rows.GetInt64(1) == paymentId => PinResult.Done,
                    "EXPIRED" => PinResult.Lapsed,
                    _ => PinResult.IllegalState,
                };
            },
            stop
        );
}
