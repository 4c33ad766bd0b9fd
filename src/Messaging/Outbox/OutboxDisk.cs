using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Measures, on every host, how much of the database's disk the outbox takes, and warns while there
/// is still room: it grows for as long as Kafka is away or a group is missing events, and a full
/// disk would end all bookings.
/// </summary>
internal sealed partial class OutboxDisk(
    NpgsqlDataSource dataSource,
    DatabaseReady ready,
    IOptions<OutboxOptions> options,
    ILogger<OutboxDisk> logger
) : RepeatedWork(ready, logger)
{
    /// <summary>Of the budget: from here on it fills.</summary>
    private const double WarnFrom = 0.8;

    // Detached ones count too, until they are dropped. One that is dropped meanwhile has no size.
    private const string Sql = """
        SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint,
            pg_database_size(current_database())
        FROM pg_class
        WHERE relnamespace = 'messaging'::regnamespace
            AND relkind = 'r' AND relname ~ '^outbox_[0-9]{8}$'
        """;

    /// <summary>The last measure of each host in this process: of one, but in tests.</summary>
    private static readonly ConcurrentDictionary<OutboxDisk, OutboxUse> Measured = new();

    private readonly ILogger _logger = logger;
    private bool _said;

    static OutboxDisk()
    {
        MessagingTelemetry.Meter.CreateObservableGauge(
            "outbox.bytes",
            () => Measured.Values.Select(u => new Measurement<long>(u.Bytes)),
            "By",
            "What the outbox takes of the database's disk."
        );
        MessagingTelemetry.Meter.CreateObservableGauge(
            "outbox.budget",
            () => Measured.Values.Select(u => new Measurement<long>(u.BudgetBytes)),
            "By",
            "What the outbox may take of the database's disk before somebody should see to it."
        );
        MessagingTelemetry.Meter.CreateObservableGauge(
            "database.bytes",
            () => Measured.Values.Select(u => new Measurement<long>(u.DatabaseBytes)),
            "By",
            "What the database takes of its disk: the outbox, and what stays for ever."
        );
    }

    /// <summary>As last measured; null before.</summary>
    public OutboxUse? Use => Measured.GetValueOrDefault(this);

    protected override TimeSpan Interval => TimeSpan.FromSeconds(options.Value.DiskMeasureSeconds);

    /// <summary>Looks at the files' sizes alone, whatever is in them.</summary>
    public async Task<OutboxUse> MeasureAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(Sql);
        await using var sizes = await command.ExecuteReaderAsync(stop);
        await sizes.ReadAsync(stop);
        var bytes = sizes.GetInt64(0);
        var budget = options.Value.DiskBudgetMegabytes * 1024L * 1024L;
        return new OutboxUse(
            bytes,
            budget,
            DatabaseBytes: sizes.GetInt64(1),
            IsFilling: bytes >= WarnFrom * budget
        );
    }

    public override void Dispose()
    {
        Measured.TryRemove(this, out _);
        base.Dispose();
    }

    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        var use = await MeasureAsync(stop);
        if (use.IsFilling && !_said)
            LogFills(use.Percent, options.Value.DiskBudgetMegabytes);
        else if (!use.IsFilling && _said)
            LogHasRoom(use.Percent, options.Value.DiskBudgetMegabytes);
        _said = use.IsFilling;
        Measured[this] = use;
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The outbox takes {Percent} % of its budget of {Megabytes} MB on the database's disk: "
            + "Kafka is away, or a group does not get on"
    )]
    private partial void LogFills(long percent, int megabytes);

    [LoggerMessage(
        LogLevel.Information,
        "The outbox is down to {Percent} % of its budget of {Megabytes} MB"
    )]
    private partial void LogHasRoom(long percent, int megabytes);
}

/// <summary>What the outbox takes of the database's disk, indexes and all.</summary>
/// <param name="DatabaseBytes">What all of the database takes.</param>
/// <param name="IsFilling">Little is left of the budget, or nothing.</param>
internal sealed record OutboxUse(long Bytes, long BudgetBytes, long DatabaseBytes, bool IsFilling)
{
    public long Percent => Bytes * 100 / BudgetBytes;
}
