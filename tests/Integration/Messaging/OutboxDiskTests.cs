using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ConcertReservation.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Whoever runs the database hears of a filling disk while there is still room.</summary>
[Parallelizable]
internal sealed class OutboxDiskTests
{
    private const long Megabyte = 1024 * 1024;
    private static readonly OutboxPartition Old = OutboxPartition.Named("outbox_20250101");

    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync(alwaysEmbedded: true);

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task a_filling_disk_degrades_readiness_and_is_said_once_until_there_is_room_again()
    {
        using var log = new LogLines();
        var host = await _system.StartHostAsync(
            s => s.AddLogging(l => l.AddProvider(log)),
            ("Outbox:DiskBudgetMegabytes", "2"),
            ("Outbox:DiskMeasureSeconds", "1")
        );
        await HealthBecomesAsync(host, HealthStatus.Healthy);
        var empty = await UseAsync(host);
        empty.Bytes.ShouldBeInRange(1, Megabyte);

        // In a day that has left the outbox and is still to be dropped, as after an outage.
        await _system.ExecuteAsync(
            $"""
            CREATE TABLE messaging.{Old.Name} (filling text);
            ALTER TABLE messaging.{Old.Name} ALTER filling SET STORAGE EXTERNAL;
            INSERT INTO messaging.{Old.Name}
            SELECT repeat('x', 1000) FROM generate_series(1, 1500)
            """
        );

        var filling = await HealthBecomesAsync(host, HealthStatus.Degraded);
        filling.Description!.ShouldContain(" % of its budget");
        var use = await UseAsync(host);
        (use.Bytes - empty.Bytes).ShouldBeInRange(3 * Megabyte / 2, 2 * Megabyte);
        use.BudgetBytes.ShouldBe(2 * Megabyte);
        Gauges().ShouldContain(("outbox.bytes", use.Bytes));
        Gauges().ShouldContain(("outbox.budget", use.BudgetBytes));
        use.DatabaseBytes.ShouldBeGreaterThan(use.Bytes);
        Gauges().ShouldContain(g => g.Name == "database.bytes" && g.Value > use.Bytes);
        await _system.ExecuteAsync($"DROP TABLE messaging.{Old.Name}");
        await HealthBecomesAsync(host, HealthStatus.Healthy);
        log.Count("budget of 2 MB on the database's disk").ShouldBe(1);
        log.Count("The outbox is down to").ShouldBe(1);
    }

    /// <summary>Of all hosts of this process, which share their meters.</summary>
    private static List<(string Name, long Value)> Gauges()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, all) =>
            {
                if (instrument.Meter.Name == MessagingTelemetry.Name)
                    all.EnableMeasurementEvents(instrument);
            },
        };
        var gauges = new ConcurrentQueue<(string, long)>();
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => gauges.Enqueue((instrument.Name, value))
        );
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. gauges];
    }

    private static Task<OutboxUse> UseAsync(IHost host) =>
        host.Services.GetRequiredService<OutboxDisk>().MeasureAsync(CancellationToken.None);

    private static Task<HealthReportEntry> HealthBecomesAsync(IHost host, HealthStatus status) =>
        Eventually.Becomes(
            $"the outbox is {status}",
            async () =>
                (
                    await host
                        .Services.GetRequiredService<HealthCheckService>()
                        .CheckHealthAsync(c => c.Name == "outbox")
                ).Entries["outbox"],
            entry => entry.Status == status
        );
}
