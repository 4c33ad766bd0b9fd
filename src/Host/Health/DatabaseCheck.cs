using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ConcertReservation.Host.Health;

/// <summary>The database answers and takes writes, and the migrations have run.</summary>
internal sealed class DatabaseCheck(NpgsqlDataSource dataSource, DatabaseReady ready) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            var takesWrites = await TakesWritesAsync(cancellationToken)
                .WaitAsync(HealthLimits.Question, cancellationToken);
            if (!takesWrites)
                return new HealthCheckResult(context.Registration.FailureStatus, "takes no writes");

            return ready.IsOpen
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, "is being migrated");
        }
        catch (TimeoutException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, HealthLimits.NoAnswer);
        }
        catch (Exception e) when (e is NpgsqlException || DatabaseFaults.IsAway(e))
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message);
        }
    }

    /// <summary>Not a standby, and none that somebody has set to be read only.</summary>
    private async Task<bool> TakesWritesAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT NOT pg_is_in_recovery()
                AND NOT current_setting('transaction_read_only')::boolean
            """
        );
        return await command.ExecuteScalarAsync(stop) is true;
    }
}
