using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Payments;

/// <summary>
/// Counts, on every host, what has not ended, and for how long: money of which nobody knows, or
/// that its owner waits for, must not be forgotten.
/// </summary>
internal sealed class MeasureOpenPayments(
    NpgsqlDataSource dataSource,
    IServiceScopeFactory scopes,
    PaymentMetrics metrics,
    DatabaseReady ready,
    IOptions<PaymentsOptions> options,
    ILogger<MeasureOpenPayments> logger
) : RepeatedWork(ready, logger)
{
    /// <summary>More that have ended and still pin seats are not counted.</summary>
    private const int MaxPinning = 1_000;

    // By the indexes of the lanes, which together have every payment that is open. One that has
    // failed is open while money of it is known to be at the provider. One that has ended is open
    // while it pins seats: its reservation has not heard of the end.
    private static readonly string Sql =
        "SELECT status, count(*), "
        + "extract(epoch FROM (SELECT clock.now()) - min(open_since))::float8 FROM ("
        + string.Join(
            " UNION ALL ",
            Lane.All.Select(lane =>
                "SELECT status, open_since FROM payments.payments "
                + $"WHERE next_check_at IS NOT NULL AND {lane.Where} "
                + "AND (status <> 'FAILED' OR open_since IS NOT NULL)"
            )
        )
        + " UNION ALL SELECT status, started_at FROM payments.payments "
        + "WHERE id = ANY ($1) AND status IN ('COMPLETED', 'FAILED')"
        + ") AS open GROUP BY status";

    protected override TimeSpan Interval => options.Value.MeasureInterval;

    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        metrics.TellCounters();
        try
        {
            metrics.Tell(await MeasureAsync(stop));
        }
        catch
        {
            metrics.Tell([]);
            throw;
        }
    }

    private async Task<IReadOnlyList<OpenInStatus>> MeasureAsync(CancellationToken stop)
    {
        var open = OpenInStatus.Statuses.ToDictionary(s => s, s => new OpenInStatus(s, 0, 0));
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.AddWithValue((await PinningAsync(stop)).ToArray());
        await using var row = await command.ExecuteReaderAsync(stop);
        while (await row.ReadAsync(stop))
        {
            var status = row.GetString(0);
            // A clock that was set back makes nothing younger than it is.
            var seconds = row.IsDBNull(2) ? 0 : Math.Max(0, row.GetDouble(2));
            open[status] = new OpenInStatus(status, row.GetInt64(1), seconds);
        }

        return [.. open.Values];
    }

    private async Task<IReadOnlyList<long>> PinningAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var reservations = scope.ServiceProvider.GetRequiredService<IReservationPayments>();
        return await reservations.PinningAsync(MaxPinning, stop);
    }
}
