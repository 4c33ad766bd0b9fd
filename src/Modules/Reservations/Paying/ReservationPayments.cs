using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>What Payments asks and tells while a customer pays, in its own unit of work.</summary>
internal sealed class ReservationPayments(
    UnitOfWork work,
    ReservationStore store,
    IOptions<ReservationsOptions> options
) : IReservationPayments
{
    private const string FindSql = """
        SELECT id, customer_id, total_amount,
            CASE WHEN status = 'HELD' AND held_until <= clock.now() THEN 'EXPIRED' ELSE status END,
            held_until
        FROM reservations.reservations
        WHERE id = ANY ($1)
        """;

    private const string PinningSql = """
        SELECT payment_id FROM reservations.reservations
        WHERE status = 'PAYING' AND payment_id IS NOT NULL ORDER BY held_until LIMIT $1
        """;

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
                await using var command = new NpgsqlCommand(FindSql, work.Connection);
                command.Parameters.AddWithValue(reservationIds.ToArray());
                await using var reader = await command.ExecuteReaderAsync(token);
                var found = new List<PayableReservation>(reservationIds.Count);
                while (await reader.ReadAsync(token))
                    found.Add(Read(reader));
                return found;
            },
            stop
        );

    public Task<PinResult> ExtendAsync(
        long reservationId,
        long paymentId,
        CancellationToken stop
    ) => DecideAsync(reservationId, paymentId, Extend, stop);

    public Task<PinResult> PinAsync(long reservationId, long paymentId, CancellationToken stop) =>
        DecideAsync(reservationId, paymentId, Pin, stop);

    public Task<IReadOnlySet<long>> PinAsync(
        IReadOnlyDictionary<long, long> payments,
        CancellationToken stop
    ) =>
        work.RunAsync<IReadOnlySet<long>>(
            async token =>
            {
                var locked = await store.LockWithCustomersAsync([.. payments.Keys], token);
                var pinned = locked
                    .Reservations.Where(r =>
                        Decide(r, locked, payments[r.Id], ExtendAndPin) == PinResult.Done
                    )
                    .Select(r => r.Id)
                    .ToHashSet();
                await store.SaveAsync(locked, token);
                return pinned;
            },
            stop
        );

    public Task ReleaseAsync(long reservationId, long paymentId, CancellationToken stop) =>
        work.RunAsync(
            async token =>
            {
                var locked = await store.LockWithCustomersAsync([reservationId], token);
                var released =
                    locked.Find(reservationId) is { } reservation
                    && reservation.Unpin(
                        paymentId,
                        TimeSpan.FromSeconds(options.Value.PaymentRetrySeconds),
                        locked.SeatsOf(reservation),
                        locked.Now
                    );
                await store.SaveAsync(locked, token);
                return released;
            },
            stop
        );

    public async Task<IReadOnlyList<long>> PinningAsync(int limit, CancellationToken stop) =>
        await work.RunAsync(token => work.ReadIdsAsync(PinningSql, token, limit), stop);

    private Task<PinResult> DecideAsync(
        long reservationId,
        long paymentId,
        Func<Reservation, LockedReservations, long, PinResult> decide,
        CancellationToken stop
    ) =>
        work.RunAsync(
            async token =>
            {
                var locked = await store.LockWithCustomersAsync([reservationId], token);
                if (locked.Find(reservationId) is not { } reservation)
                    return PinResult.NotFound;

                var result = Decide(reservation, locked, paymentId, decide);
                await store.SaveAsync(locked, token);
                return result;
            },
            stop
        );

    private static PinResult Decide(
        Reservation reservation,
        LockedReservations locked,
        long paymentId,
        Func<Reservation, LockedReservations, long, PinResult> decide
    )
    {
        // What was pinned before the concert was cancelled stays so; nothing new begins.
        var isCancelled = locked.ConcertOf(reservation).CancelReason is not null;
        return isCancelled && reservation.Status == ReservationStatus.Held
            ? PinResult.IllegalState
            : decide(reservation, locked, paymentId);
    }

    private PinResult Extend(Reservation reservation, LockedReservations locked, long paymentId) =>
        reservation.Extend(
            paymentId,
            TimeSpan.FromSeconds(options.Value.PaymentExtensionSeconds),
            locked.SeatsOf(reservation),
            locked.Now
        );

    private static PinResult Pin(
        Reservation reservation,
        LockedReservations locked,
        long paymentId
    ) => reservation.Pin(paymentId, locked.SeatsOf(reservation), locked.Now);

    private PinResult ExtendAndPin(
        Reservation reservation,
        LockedReservations locked,
        long paymentId
    ) =>
        Extend(reservation, locked, paymentId) is not PinResult.Done and var refused
            ? refused
            : Pin(reservation, locked, paymentId);

    private static PayableReservation Read(NpgsqlDataReader reader) =>
        new(
            reader.GetInt64(0),
            reader.GetInt64(1),
            new Money(reader.GetInt64(2)),
            reader.GetString(3),
            reader.GetFieldValue<DateTimeOffset>(4)
        );
}
