using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// Gathers the payments by points that wait in this host, pays them in one transaction, and takes
/// the next ones when its commit has returned. What is not plain it hands back: each such request
/// goes its own way with <see cref="PayByPoints"/>, and so does a whole batch that fails, so that
/// what is wrong with one does not touch its neighbours. The answer of those is null.
/// </summary>
internal sealed partial class PointsWriter(
    IServiceScopeFactory scopes,
    IOptions<PaymentsOptions> options,
    ILogger<PointsWriter> logger
) : BatchWriter<PointOrder, RecordedAnswer?>(options.Value.PointQueueCapacity)
{
    /// <summary>How long nobody is gathered after somebody kept a lock for too long.</summary>
    private const long AloneMilliseconds = 1_000;

    private long _aloneUntil;

    /// <summary>False: each payment goes its own way.</summary>
    public bool IsOn =>
        options.Value.PointBatchSize > 0
        && Environment.TickCount64 >= Volatile.Read(ref _aloneUntil);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Pending>(options.Value.PointBatchSize);
        while (await WaitForNextAsync())
        {
            Take(batch, options.Value.PointBatchSize);
            await PayAsync(batch);
        }
    }

    private async Task PayAsync(IReadOnlyList<Pending> batch)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var answers = await scope
                .ServiceProvider.GetRequiredService<PayManyByPoints>()
                .PayAsync([.. batch.Select(p => p.Command)]);
            for (var i = 0; i < batch.Count; i++)
                batch[i].Complete(answers[i]);
        }
        catch (Exception e)
        {
            // The edge: each request finds out for itself, and the next batch has its chance. One
            // that waits for the same lock again would hold up all for nothing.
            if (DatabaseFaults.IsLockTimeout(e))
                Volatile.Write(ref _aloneUntil, Environment.TickCount64 + AloneMilliseconds);
            if (DatabaseFaults.IsPassing(e))
                LogHandedBack(batch.Count, e.Message);
            else
                LogFailed(e, batch.Count);
            foreach (var pending in batch)
                pending.Complete(null);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Count} payments by points go their own way each: {Reason}")]
    private partial void LogHandedBack(int count, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "A batch of {Count} payments by points failed: each goes its own way"
    )]
    private partial void LogFailed(Exception exception, int count);
}
