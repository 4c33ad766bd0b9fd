using System.Net;
using System.Text.RegularExpressions;
using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>What Prometheus scrapes from a host that has something to tell.</summary>
/// <remarks>
/// A process of its own: hosts that share one share their meters, and those that end take
/// everybody's figures with them.
/// </remarks>
internal sealed partial class MetricsTests
{
    private const int Customers = 5;

    /// <summary>By the design's names, and the usual ones of what we stand on.</summary>
    private static readonly string[] Expected =
    [
        "kafka_consumer_stopped{group=\"notification-service\"} 0",
        "kafka_consumer_lag{group=\"ranking-service\",partition=\"0\",topic=\"concert-events\"}",
        "kafka_consumer_unapplied{group=\"",
        "kafka_consumer_applied_total{group=\"reservation-service\"}",
        "kafka_consumer_unknown_total{group=\"data-platform\"} 0",
        "inbox_duplicates_total{group=\"notification-service\"}",
        "kafka_producer_error_total{error=\"",
        "dead_letters_total{group=\"data-platform\",topic=\"payment-events\"} 0",
        "kafka_consumer_gap_total{group=\"payment-service\",partition=\"5\",topic=\"",
        "outbox_depth ",
        "outbox_oldest_age_seconds ",
        "outbox_bytes ",
        "outbox_budget_bytes 10737418240",
        "database_bytes ",
        "outbox_relay_latency_seconds_bucket{le=\"0.01\"}",
        "payments_open{status=\"REFUND_REQUESTED\"} 0",
        "payments_oldest_open_seconds{status=\"UNKNOWN\"}",
        "payments_webhooks_refused_total{reason=\"not-verified\"} 0",
        "payments_taken_after_failing_total 0",
        "http_server_request_duration_seconds_bucket{",
        "http_route=\"/api/reservations\"",
        "kestrel_active_connections{",
        "http_client_request_duration_seconds_count{",
        "db_client_operation_duration_seconds_bucket{",
        "dotnet_gc_collections_total{",
        "dotnet_process_memory_working_set_bytes ",
    ];

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task promtool_finds_nothing_wrong_with_what_tells_of_every_part()
    {
        var host = await _system.StartHostAsync(("Kafka:Lag:IntervalSeconds", "1"));
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldOutAsync();
        await host.Http.GetAsync(new Uri("/nowhere/987654321", UriKind.Relative));
        await host.Http.GetAsync(new Uri("/api/concerts/987654321", UriKind.Relative));

        await Eventually.Becomes(
            "everything that is promised is there",
            async () => string.Join('\n', MissingIn(await ScrapeAsync(host))),
            missing => missing.Length == 0
        );

        var text = await ScrapeAsync(host);
        var (exitCode, said) = await PromtoolCheck.OfAsync(text);
        said.ShouldBeEmpty();
        exitCode.ShouldBe(0);
        ShouldNameNobody(text);
    }

    [TestCase("# HELP jobs Jobs.\n# TYPE jobs counter\njobs 1\n", "should have \"_total\" suffix")]
    [TestCase("jobs{group=\"a} 1\n", "error")]
    public async Task promtool_finds_what_is_wrong(string metrics, string why)
    {
        var (exitCode, said) = await PromtoolCheck.OfAsync(metrics);

        exitCode.ShouldNotBe(0);
        said.ShouldContain(why);
    }

    private static IEnumerable<string> MissingIn(string text) =>
        Expected.Where(e => !text.Contains(e, StringComparison.Ordinal));

    /// <summary>
    /// No person, and no label with a value for each id: it would grow for ever.
    /// </summary>
    private static void ShouldNameNobody(string text)
    {
        text.ShouldNotContain('@');
        text.ShouldNotContain("password");
        text.ShouldNotContain("987654321");
        Id().Matches(text).Select(m => m.Value).ShouldBeEmpty();
    }

    private static async Task<string> ScrapeAsync(HostProcess host)
    {
        using var response = await host.Http.GetAsync(new Uri("/metrics", UriKind.Relative));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response
            .Content.Headers.ContentType!.ToString()
            .ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        return await response.Content.ReadAsStringAsync();
    }

    [GeneratedRegex("=\"[0-9a-f-]{8,}\"", RegexOptions.NonBacktracking)]
    private static partial Regex Id();
}
