using ConcertReservation.Host.Telemetry;

namespace ConcertReservation.Tests.Unit.Telemetry;

/// <summary>Instruments by the names that Prometheus knows them by.</summary>
internal sealed class PrometheusNameTests
{
    [TestCase("dead_letters", null, "dead_letters_total")]
    [TestCase("kafka.producer.error", null, "kafka_producer_error_total")]
    [TestCase("dotnet.gc.pause.time", "s", "dotnet_gc_pause_time_seconds_total")]
    [TestCase("dotnet.gc.heap.total_allocated", "By", "dotnet_gc_heap_total_allocated_bytes_total")]
    [TestCase("mails.total", "{mail}", "mails_total")]
    [TestCase("retries.count", "1", "retries_count_total")]
    public void a_counter_ends_with_total(string instrument, string? unit, string name) =>
        PrometheusName.Of(instrument, unit, PrometheusKind.Counter).ShouldBe(name);

    [TestCase("outbox.depth", "{row}", "outbox_depth")]
    [TestCase("outbox.oldest.age", "s", "outbox_oldest_age_seconds")]
    [TestCase("age.seconds", "s", "age_seconds")]
    [TestCase("pool.utilisation", "1", "pool_utilisation_ratio")]
    [TestCase("disk.read", "By/s", "disk_read_bytes_per_second")]
    [TestCase("load", "%", "load_percent")]
    [TestCase("9.lives--left", "", "_9_lives_left")]
    public void a_gauge_is_named_for_what_it_measures_and_its_unit(
        string instrument,
        string unit,
        string name
    ) => PrometheusName.Of(instrument, unit, PrometheusKind.Gauge).ShouldBe(name);

    [TestCase("db.client.connection.count", "{connection}", "db_client_connection_current")]
    [TestCase("work.total", null, "work_total_current")]
    [TestCase("orders.sum", null, "orders_sum_current")]
    public void no_gauge_has_a_name_that_belongs_to_counters_and_histograms(
        string instrument,
        string? unit,
        string name
    ) => PrometheusName.Of(instrument, unit, PrometheusKind.Gauge).ShouldBe(name);

    [TestCase("http.request.method", "http_request_method")]
    [TestCase("__name__", "name_")]
    [TestCase("코드", "tag")]
    [TestCase("", "tag")]
    public void a_tag_becomes_a_label(string tag, string label) =>
        PrometheusName.OfLabel(tag).ShouldBe(label);
}
