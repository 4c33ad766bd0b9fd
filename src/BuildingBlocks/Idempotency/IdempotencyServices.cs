using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.BuildingBlocks.Idempotency;

public static class IdempotencyServices
{
    /// <summary>
    /// Registers the records of a schema whose migrations ran <see
    /// cref="IdempotencyTable.CreateSql"/>: <see cref="IdempotentRequests"/> and <see
    /// cref="IdempotencyTable"/> are found under the schema as key.
    /// </summary>
    public static IServiceCollection AddIdempotency(this IServiceCollection services, string schema)
    {
        services.TryAddSingleton<AnswerWriter>();
        services.AddKeyedSingleton(schema, new IdempotencyTable(schema));
        services.AddKeyedScoped(
            schema,
            (provider, _) =>
                new IdempotentRequests(
                    provider.GetRequiredService<UnitOfWork>(),
                    provider.GetRequiredKeyedService<IdempotencyTable>(schema)
                )
        );
        services.AddSingleton<IHostedService>(provider => new ForgetOldKeys(
            provider.GetRequiredKeyedService<IdempotencyTable>(schema),
            provider.GetRequiredService<DatabaseReady>(),
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetRequiredService<ILogger<ForgetOldKeys>>()
        ));
        return services;
    }
}

/// <summary>
/// Removes records past their retention, so that the table stays as large as a day's requests.
/// </summary>
internal sealed partial class ForgetOldKeys(
    IdempotencyTable table,
    DatabaseReady database,
    NpgsqlDataSource dataSource,
    ILogger<ForgetOldKeys> log
) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await table.RemoveOldAsync(dataSource, stoppingToken)) { }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e.Message);
            }
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Old Idempotency-Keys were not removed, next try in ten minutes: {Reason}"
    )]
    private partial void LogFailed(string reason);
}
