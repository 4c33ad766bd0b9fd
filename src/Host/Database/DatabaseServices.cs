using System.Diagnostics;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Host.Database;

/// <summary>
/// The one data source, the unit of work on it, its clock, and the migrations at start.
/// </summary>
internal static class DatabaseServices
{
    /// <summary>
    /// Statements that one connection keeps prepared, once each was used a few times.
    /// </summary>
    private const int PreparedStatements = 200;

    public static void AddDatabase(this IServiceCollection services)
    {
        services
            .AddOptions<DatabaseOptions>()
            .BindConfiguration("Database")
            .ValidateDataAnnotations()
            .Validate<IOptions<ConsumingOptions>>(
                (database, consuming) =>
                    consuming.Value.LongestDeadLetterMilliseconds
                    < database.IdleInTransactionTimeoutSeconds * 1000,
                "Kafka:Consuming:DeadLetterTimeoutMilliseconds is not well below "
                    + "Database:IdleInTransactionTimeoutSeconds: the transaction that waits for a "
                    + "dead letter would be ended first, and the letter sent again and again."
            )
            .ValidateOnStart();
        services.AddSingleton(CreateDataSource);
        services.AddScoped<UnitOfWork>();
        services.AddSingleton<DatabaseReady>();
        services.AddSingleton<DatabaseClock>();
        services.AddSingleton<TimeProvider>(p => p.GetRequiredService<DatabaseClock>());
        services.AddModuleDatabase<ClockDb>("clock");
        services.AddSingleton<Migrator>();
        services.AddHostedService<PrepareDatabase>();
    }

    private static NpgsqlDataSource CreateDataSource(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        var configuration = provider.GetRequiredService<IConfiguration>();
        var connection = new NpgsqlConnectionStringBuilder(
            configuration.GetConnectionString("Postgres")
        )
        {
            ApplicationName = "ConcertReservation",
            MaxPoolSize = options.MaxConnections,
            Timeout = options.ConnectTimeoutSeconds,
            CommandTimeout = options.CommandTimeoutSeconds,
            MaxAutoPrepare = PreparedStatements,
            // Nobody here signs in by Kerberos, and where a network cuts that first question off,
            // Npgsql 10.0 keeps a connection that fails at each statement (npgsql#6415).
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
        var timeout = $"{options.IdleInTransactionTimeoutSeconds}s";
        // Statements are short, or read 100,000 rows in less time than compiling them takes.
        var settings = $"-c idle_in_transaction_session_timeout={timeout} -c jit=off";
        connection.Options = $"{connection.Options} {settings}".Trim();
        var builder = new NpgsqlDataSourceBuilder(connection.ConnectionString)
        {
            // Else metrics are named for the whole connection string.
            Name = "concert-reservation",
        };
        // What nobody asked for, such as the relay's look at an empty outbox, is no trace.
        builder.ConfigureTracing(tracing =>
            tracing
                .ConfigureCommandFilter(_ => Activity.Current is not null)
                .ConfigureBatchFilter(_ => Activity.Current is not null)
                .ConfigureCopyOperationFilter(_ => Activity.Current is not null)
                .EnablePhysicalOpenTracing(enable: false)
        );
        return builder.Build();
    }
}
