using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Accounts;

/// <summary>
/// Has everybody erase what names a person whose account is deleted: at once, and again for what
/// was still on its way then. Any host, one at a time for a person; one that dies is followed by
/// another.
/// </summary>
internal sealed class ErasePersonalData(
    NpgsqlDataSource dataSource,
    IServiceScopeFactory scopes,
    DatabaseReady ready,
    IOptions<AccountsOptions> options,
    ILogger<ErasePersonalData> logger
) : RepeatedWork(ready, logger)
{
    /// <summary>
    /// After the deletion, further times: when requests and holds of other hosts have ended, when
    /// mails have been given up, and when Kafka has nothing more to bring, dead letters neither. So
    /// long after each, there is another: other systems may tell of the person at any time.
    /// </summary>
    private static readonly TimeSpan[] Again =
    [
        TimeSpan.FromHours(1),
        TimeSpan.FromDays(1.1),
        Topics.DeadLetterRetention + TimeSpan.FromDays(1),
    ];

    /// <summary>Longer than one erasure takes; one that fails is tried again after it.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    protected override TimeSpan Interval => TimeSpan.FromSeconds(options.Value.ErasureSeconds);

    /// <remarks>
    /// A statement that takes too long looks as if the database were away, and nobody says so.
    /// </remarks>
    protected override bool IsSaidByHost(Exception failure) =>
        failure is not AggregateException && base.IsSaidByHost(failure);

    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        await ScheduleAsync(stop);
        while (await TakeAsync(stop) is { } taken)
        {
            await EraseAsync(taken.Id, stop);
            await FinishAsync(taken, stop);
        }
    }

    /// <summary>One that fails keeps none of the others from erasing.</summary>
    private async Task EraseAsync(long id, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var failures = new List<Exception>();
        foreach (var keeper in scope.ServiceProvider.GetServices<IPersonalData>())
        {
            try
            {
                await keeper.EraseAsync(id, stop);
            }
            catch (Exception e)
                when (e is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                failures.Add(new InvalidOperationException($"{keeper.Section} keeps a name.", e));
            }
        }

        if (failures.Count > 0)
            throw new AggregateException($"Account {id} is not erased everywhere.", failures);
    }

    /// <summary>
    /// Whoever has gone and has no next time, as a host of an older version leaves them, is given
    /// one. Not the same to all: each erasure holds up the event store for a moment.
    /// </summary>
    private async Task ScheduleAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            UPDATE accounts.customers SET next_erasure_at = clock.now() + random() * $1
            WHERE deleted_at IS NOT NULL AND next_erasure_at IS NULL
            """
        );
        command.Parameters.AddWithValue(Again[^1]);
        await command.ExecuteNonQueryAsync(stop);
    }

    private async Task<(long Id, int Erasures)?> TakeAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            UPDATE accounts.customers SET next_erasure_at = clock.now() + $1
            WHERE id = (
                SELECT id FROM accounts.customers
                WHERE next_erasure_at <= (SELECT clock.now())
                ORDER BY next_erasure_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, erasures
            """
        );
        command.Parameters.AddWithValue(Lease);
        await using var row = await command.ExecuteReaderAsync(stop);
        return await row.ReadAsync(stop) ? (row.GetInt64(0), row.GetInt32(1)) : null;
    }

    /// <summary>Whoever took it over meanwhile has done, and written, the same.</summary>
    private async Task FinishAsync((long Id, int Erasures) taken, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            UPDATE accounts.customers
            SET erasures = $2 + 1, next_erasure_at = coalesce(deleted_at + $3, clock.now() + $4)
            WHERE id = $1 AND erasures = $2
            """
        );
        command.Parameters.AddWithValue(taken.Id);
        command.Parameters.AddWithValue(taken.Erasures);
        var next = taken.Erasures < Again.Length ? Again[taken.Erasures] : (TimeSpan?)null;
        command.Parameters.Add(new NpgsqlParameter<TimeSpan?> { TypedValue = next });
        command.Parameters.AddWithValue(Again[^1]);
        await command.ExecuteNonQueryAsync(stop);
    }
}
