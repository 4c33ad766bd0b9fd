using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>Answers are kept for a day and then forgotten, some at a time.</summary>
internal sealed class ForgetOldKeys(UnitOfWork work) : ISweep
{
    private const int BatchSize = 5000;

    /// <remarks>
    /// Rows lie in the order of time, so BRIN leads to the old ones, and to nothing on most days.
    /// One that a batch of holds is writing anew is left to it.
    /// </remarks>
    private const string ForgetSql = """
        DELETE FROM reservations.idempotency_keys
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM reservations.idempotency_keys
            WHERE created_at <= (SELECT clock.now()) - $1
            LIMIT $2
            FOR UPDATE SKIP LOCKED))
        """;

    public static TimeSpan Interval(ReservationsOptions options) =>
        TimeSpan.FromSeconds(options.IdempotencySweepSeconds);

    public async Task<bool> SweepAsync(CancellationToken stop) =>
        await work.RunAsync(
            async token =>
                await SweepTurn.TryTakeAsync(work, SweepKind.IdempotencyKeys, token)
                && await ForgetAsync(token) == BatchSize,
            stop
        );

    private async Task<int> ForgetAsync(CancellationToken stop)
    {
        await using var batch = new NpgsqlBatch(work.Connection);
        // The planner cannot know how few are old, and would read the whole table to find out.
        batch.Add("SET LOCAL enable_seqscan = off");
        batch.Add(ForgetSql, IdempotencyKey.KeptFor, BatchSize);
        return await batch.ExecuteNonQueryAsync(stop);
    }
}
