using ConcertReservation.BuildingBlocks.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcertReservation.Host.Database;

/// <summary>Creates the schemas, runs every module's migrations, then their preparations.</summary>
internal sealed class Migrator(
    NpgsqlDataSource dataSource,
    IEnumerable<ModuleDatabase.Migrations> databases,
    IServiceScopeFactory scopes
)
{
    /// <summary>Any number, the same in every host: hosts that start together take turns.</summary>
    private const long LockKey = 0x436f6e63657274;

    public async Task RunAsync(CancellationToken stop)
    {
        await using var turn = await dataSource.OpenConnectionAsync(stop);
        await turn.ExecuteAsync($"SELECT pg_advisory_lock({LockKey})", stop);
        try
        {
            foreach (var database in databases)
                await MigrateAsync(turn, database, stop);

            await using var scope = scopes.CreateAsyncScope();
            foreach (var step in scope.ServiceProvider.GetServices<IDatabasePreparation>())
                await step.RunAsync(stop);
        }
        finally
        {
            // The pool keeps the connection: the lock must not outlive this turn.
            if (turn.State == System.Data.ConnectionState.Open)
            {
                await turn.ExecuteAsync(
                    $"SELECT pg_advisory_unlock({LockKey})",
                    CancellationToken.None
                );
            }
        }
    }

    private async Task MigrateAsync(
        NpgsqlConnection connection,
        ModuleDatabase.Migrations database,
        CancellationToken stop
    )
    {
        await connection.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {database.Schema}", stop);
        await using var scope = scopes.CreateAsyncScope();
        var context = (DbContext)scope.ServiceProvider.GetRequiredService(database.Context);
        // A new column or index may be a pass over everything there is.
        context.Database.SetCommandTimeout(0);
        await context.Database.MigrateAsync(stop);
    }
}
