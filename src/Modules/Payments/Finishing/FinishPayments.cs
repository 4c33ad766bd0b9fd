using System.Runtime.CompilerServices;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Payments;

/// <summary>
/// Sees to it that every attempt ends: asks the provider about what nobody knows, ends
/// what was abandoned, refunds what was asked back, and what was taken for a payment that has
/// failed. It runs on every host; a payment is claimed
/// until <see cref="Payment.ClaimedUntil"/>, so that one host at a time has it, and another
/// one after a crash.
/// </summary>
internal sealed partial class FinishPayments(
    DatabaseReady database,
    NpgsqlDataSource dataSource,
    IServiceScopeFactory scopes,
    IOptions<PaymentsOptions> options,
    IOptions<GatewayOptions> gateway,
    ILogger<FinishPayments> logger
) : BackgroundService
{
    private readonly Dictionary<Lane, RepeatedFailures> _failures = Lane.All.ToDictionary(
        lane => lane,
        _ => new RepeatedFailures(database)
    );

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.WaitAsync(stoppingToken);
        await Task.WhenAll(Lane.All.Select(lane => FinishAllAsync(lane, stoppingToken)));
    }

    private Task FinishAllAsync(Lane lane, CancellationToken stop) =>
        Parallel.ForEachAsync(
            ClaimedAsync(lane, stop),
            new ParallelOptions { MaxDegreeOfParallelism = lane.AtOnce, CancellationToken = stop },
            TryFinishAsync
        );

    /// <summary>
    /// Claimed payments without end; one that fails is claimed again when its lease is over.
    /// </summary>
    private async IAsyncEnumerable<long> ClaimedAsync(
        Lane lane,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        using var timer = new PeriodicTimer(options.Value.Poll);
        while (!stop.IsCancellationRequested)
        {
            if (await TryClaimAsync(lane, stop) is { } paymentId)
                yield return paymentId;
            else
                await timer.WaitForNextTickAsync(stop);
        }
    }

    /// <returns>A payment that is this host's for a while; null where none is due.</returns>
    internal async Task<long?> TryClaimAsync(Lane lane, CancellationToken stop)
    {
        try
        {
            await using var command = dataSource.CreateCommand(lane.ClaimSql);
            command.Parameters.AddWithValue(gateway.Value.Lease);
            var claimed = (long?)await command.ExecuteScalarAsync(stop);
            if (_failures[lane].End() is { } level)
                LogBack(level);
            return claimed;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            if (_failures[lane].Add(e, DatabaseFaults.IsAway(e)) is { } level)
                LogAway(level, e.Message);
            return null;
        }
    }

    private async ValueTask TryFinishAsync(long paymentId, CancellationToken stop)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await FinishAsync(scope.ServiceProvider, paymentId, stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogFailed(e, paymentId, gateway.Value.Lease.TotalSeconds);
        }
    }

    /// <summary>Does what the state of a claimed payment asks for.</summary>
    internal static async Task FinishAsync(
        IServiceProvider services,
        long paymentId,
        CancellationToken stop
    )
    {
        FaultPoints.Reach(FaultPoint.PaymentClaimed);
        var db = services.GetRequiredService<PaymentsDb>();
        var payment = await db.Payments.AsNoTracking().SingleAsync(p => p.Id == paymentId, stop);
        if (payment.Status == PaymentStatus.RefundRequested)
            await services.GetRequiredService<RefundPayment>().HandleAsync(payment, stop);
        else if (payment.CanBeAbandoned)
            await services.GetRequiredService<PaymentSettlement>().AbandonAsync(paymentId, stop);
        else if (payment.IsOpen)
            await services.GetRequiredService<ReconcilePayment>().HandleAsync(payment, stop);
        else if (payment.Status == PaymentStatus.Failed)
            await services.GetRequiredService<LookBackAtFailed>().HandleAsync(payment, stop);
    }

    [LoggerMessage(Message = "Payments to finish cannot be looked for: {Reason}")]
    private partial void LogAway(LogLevel level, string reason);

    [LoggerMessage(Message = "Payments to finish are looked for again")]
    private partial void LogBack(LogLevel level);

    [LoggerMessage(
        LogLevel.Error,
        "Payment {PaymentId} could not be finished; it is tried again in {Seconds} s"
    )]
    private partial void LogFailed(Exception exception, long paymentId, double seconds);
}
