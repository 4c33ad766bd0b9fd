using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>
/// A module's DbContext, on the connection and in the transaction of its scope's unit of work.
/// </summary>
public static class ModuleDatabase
{
    /// <summary>
    /// Registers the context, its schema and its hand-written migrations, which the host runs at
    /// start in the order of registration.
    /// </summary>
    public static IServiceCollection AddModuleDatabase<TContext>(
        this IServiceCollection services,
        string schema
    )
        where TContext : DbContext
    {
        services.AddSingleton(new Migrations(typeof(TContext), schema));
        services.AddScoped(provider =>
        {
            var work = provider.GetRequiredService<UnitOfWork>();
            var options = new DbContextOptionsBuilder<TContext>()
                .UseNpgsql(
                    work.Connection,
                    npgsql => npgsql.MigrationsHistoryTable("migrations", schema)
                )
                .AddInterceptors(new EnlistInUnitOfWork(work))
                .Options;
            var context = ActivatorUtilities.CreateInstance<TContext>(provider, options);
            // Saves never begin a transaction of their own: the unit of work does.
            context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
            // What a rolled-back attempt read or tracked is not what the database holds.
            work.OnEveryRollback(context.ChangeTracker.Clear);
            return context;
        });
        return services;
    }

    /// <summary>One module's migrations: which context, which schema.</summary>
    public sealed record Migrations(Type Context, string Schema);

    /// <summary>
    /// Joins the unit of work before each save. Where none is active, the save is one: it begins it
    /// and commits it, so that outbox rows are written after the aggregate's row is locked and in
    /// its transaction.
    /// </summary>
    private sealed class EnlistInUnitOfWork(UnitOfWork work) : SaveChangesInterceptor
    {
        private bool _began;

        public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            if (!work.IsActive)
            {
                await work.BeginAsync(cancellationToken);
                _began = true;
            }

            return result;
        }

        public override async ValueTask<int> SavedChangesAsync(
            SaveChangesCompletedEventData eventData,
            int result,
            CancellationToken cancellationToken = default
        )
        {
            if (_began)
            {
                _began = false;
                await CommitAsync(cancellationToken);
            }

            return result;
        }

        public override Task SaveChangesFailedAsync(
            DbContextErrorEventData eventData,
            CancellationToken cancellationToken = default
        ) => RollbackAsync();

        public override Task SaveChangesCanceledAsync(
            DbContextEventData eventData,
            CancellationToken cancellationToken = default
        ) => RollbackAsync();

        /// <summary>
        /// A commit that fails ends the unit as well: the next save of the scope begins its own.
        /// </summary>
        private async Task CommitAsync(CancellationToken stop)
        {
            try
            {
                await work.CommitAsync(stop);
            }
            catch
            {
                await work.RollbackAsync();
                throw;
            }
        }

        private async Task RollbackAsync()
        {
            if (!_began)
                return;

            _began = false;
            await work.RollbackAsync();
        }
    }
}
