using System.Diagnostics.Metrics;
using System.Text;
using ConcertReservation.Host.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ConcertReservation.Tests.Unit.Telemetry;

/// <summary>What Prometheus reads, line by line.</summary>
internal sealed class PrometheusFamiliesTests
{
    private Meter _meter = null!;
    private Meter _other = null!;
    private PrometheusExporter _exporter = null!;
    private MeterProvider _provider = null!;

    [SetUp]
    public void Listen()
    {
        _meter = new Meter($"families.{Guid.NewGuid():N}");
        _other = new Meter($"families.{Guid.NewGuid():N}");
        _exporter = new PrometheusExporter();
        _provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(_meter.Name, _other.Name)
            .AddReader(new BaseExportingMetricReader(_exporter))
            .Build();
    }

    [TearDown]
    public void Stop()
    {
        _provider.Dispose();
        _exporter.Dispose();
        _meter.Dispose();
        _other.Dispose();
    }

    [Test]
    public async Task a_counter_is_a_family_with_a_series_for_each_set_of_tags()
    {
        var letters = _meter.CreateCounter<long>("dead_letters", description: "Records that died.");
        letters.Add(2, new KeyValuePair<string, object?>("group", "a"));
        letters.Add(1, new KeyValuePair<string, object?>("group", "b"));
        letters.Add(3, new KeyValuePair<string, object?>("group", "a"));

        (await ScrapeAsync()).ShouldBe(
            """
            # HELP dead_letters_total Records that died.
            # TYPE dead_letters_total counter
            dead_letters_total{group="a"} 5
            dead_letters_total{group="b"} 1

            """
        );
    }

    [Test]
    public async Task a_histogram_counts_each_value_in_every_bucket_above_it()
    {
        var latency = _meter.CreateHistogram(
            "outbox.relay.latency",
            "s",
            "From writing to acknowledgement.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 1] }
        );
        foreach (var value in new[] { 0.001, 0.005, 0.5, 20 })
            latency.Record(value, new KeyValuePair<string, object?>("host", "a"));

        (await ScrapeAsync()).ShouldBe(
            """
            # HELP outbox_relay_latency_seconds From writing to acknowledgement.
            # TYPE outbox_relay_latency_seconds histogram
            outbox_relay_latency_seconds_bucket{host="a",le="0.01"} 2
            outbox_relay_latency_seconds_bucket{host="a",le="1"} 3
            outbox_relay_latency_seconds_bucket{host="a",le="+Inf"} 4
            outbox_relay_latency_seconds_sum{host="a"} 20.506
            outbox_relay_latency_seconds_count{host="a"} 4

            """
        );
    }

    [Test]
    public async Task what_would_break_a_line_is_escaped()
    {
        _meter.CreateObservableGauge(
            "odd",
            () =>
                new Measurement<double>(
                    double.NegativeInfinity,
                    new KeyValuePair<string, object?>("path", "C:\\a \"b\"\nc"),
                    new KeyValuePair<string, object?>("none", null),
                    new KeyValuePair<string, object?>("yes", true)
                ),
            description: "One \\ two\nthree \"four\"."
        );

        (await ScrapeAsync()).ShouldBe(
            """
            # HELP odd One \\ two\nthree "four".
            # TYPE odd gauge
            odd{none="",path="C:\\a \"b\"\nc",yes="true"} -Inf

            """
        );
    }

    [Test]
    public async Task a_name_is_told_once_whoever_else_uses_it()
    {
        _meter.CreateCounter<long>("jobs", description: "Ours.").Add(1);
        _other.CreateCounter<long>("jobs", description: "Theirs.").Add(7);
        _meter.CreateUpDownCounter<long>("jobs.total").Add(4);
        _other.CreateObservableGauge("jobs_total_current", () => 9L);

        (await ScrapeAsync()).ShouldBe(
            """
            # HELP jobs_total Ours.
            # TYPE jobs_total counter
            jobs_total 1
            # HELP jobs_total_current jobs.total
            # TYPE jobs_total_current gauge
            jobs_total_current 4

            """
        );
    }

    [Test]
    public async Task what_was_never_measured_is_not_told()
    {
        _meter.CreateCounter<long>("jobs");

        (await ScrapeAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task who_asks_at_the_same_time_is_told_the_same()
    {
        _meter.CreateCounter<long>("jobs").Add(1);

        var told = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ScrapeAsync()));

        told.Distinct().ShouldHaveSingleItem().ShouldContain("jobs_total 1\n");
    }

    private async Task<string> ScrapeAsync() =>
        Encoding.UTF8.GetString(await _exporter.ScrapeAsync(CancellationToken.None));
}
