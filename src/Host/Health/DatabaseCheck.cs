using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ConcertReservation.Host.Health;

/// <summary>The database answers, and the migrations have run.</summary>
internal sealed class DatabaseCheck(NpgsqlDataSource dataSource, DatabaseReady ready) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            await AskAsync(cancellationToken).WaitAsync(HealthLimits.Question, cancellationToken);
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

    private async Task AskAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(stop);
    }
}
