using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// The event store's partitions, one for each month of receipt (UTC), made ahead of their time and
/// never dropped: the store is kept for good.
/// </summary>
internal sealed partial class EventStorePartitions(
    NpgsqlDataSource dataSource,
    TimeProvider clock,
    ILogger<EventStorePartitions> logger
)
{
    /// <summary>This month and the two that follow.</summary>
    private const int MonthsMade = 3;

    /// <summary>
    /// Readers of the store must not wait behind an ATTACH that waits for another reader.
    /// </summary>
    private const int LockTimeoutMilliseconds = 2_000;

    private DateTimeOffset _madeUntil;

    /// <summary>
    /// Called before each batch is stored; does nothing while next month has its partition.
    /// Attaching that cannot get its lock is tried again with the next batch, as long as there is
    /// still room for this one.
    /// </summary>
    public async Task EnsureAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (MonthOf(now).AddMonths(1) < _madeUntil)
            return;

        try
        {
            for (var month = 0; month < MonthsMade; month++)
                await MakeAsync(MonthOf(now).AddMonths(month), stop);
            _madeUntil = MonthOf(now).AddMonths(MonthsMade);
        }
        catch (PostgresException e)
            when (e.SqlState == PostgresErrorCodes.LockNotAvailable && now < _madeUntil)
        {
            LogAttachLater(LockTimeoutMilliseconds);
        }
    }

    /// <summary>
    /// Builds the partition apart and attaches it: CREATE TABLE … PARTITION OF would lock the
    /// parent against every reader and writer.
    /// </summary>
    private async Task MakeAsync(DateTimeOffset month, CancellationToken stop)
    {
        var name = "events_" + month.ToString("yyyy_MM", CultureInfo.InvariantCulture);
        var (from, to) = (Literal(month), Literal(month.AddMonths(1)));
        await using var connection = await dataSource.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await using var command = new NpgsqlCommand(
            $$"""
            SET LOCAL lock_timeout = {{LockTimeoutMilliseconds}};
            SELECT pg_advisory_xact_lock(hashtext('data_platform.events'));
            DO $do$
            BEGIN
                IF to_regclass('data_platform.{{name}}') IS NULL THEN
                    CREATE TABLE data_platform.{{name}} (
                        LIKE data_platform.events INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
                        CHECK (received_at >= {{from}} AND received_at < {{to}})
                    );
                    ALTER TABLE data_platform.events ATTACH PARTITION data_platform.{{name}}
                        FOR VALUES FROM ({{from}}) TO ({{to}});
                END IF;
            END
            $do$;
            """,
            connection,
            transaction
        );
        await command.ExecuteNonQueryAsync(stop);
        await transaction.CommitAsync(stop);
    }

    private static DateTimeOffset MonthOf(DateTimeOffset time) =>
        new(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    private static string Literal(DateTimeOffset month) =>
        string.Create(CultureInfo.InvariantCulture, $"'{month:yyyy-MM-dd} 00:00:00+00'");

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The event store's next partition waits: no lock within {Milliseconds} ms"
    )]
    private partial void LogAttachLater(int milliseconds);
}
