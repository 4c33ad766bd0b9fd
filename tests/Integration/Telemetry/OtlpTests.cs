using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Tests.Integration.Telemetry;

/// <summary>
/// Traces and metrics reach a collector, where there is one to reach, by either of its protocols.
/// </summary>
[TestFixture("HttpProtobuf", "/v1/traces", "/v1/metrics")]
[TestFixture(
    "Grpc",
    "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
)]
[NonParallelizable] // All hosts of the process are heard by whichever exports.
internal sealed class OtlpTests(string protocol, string tracesPath, string metricsPath)
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private const string GrpcContent = "application/grpc";

    private readonly ConcurrentQueue<(string Path, string Body)> _received = new();
    private WebApplication _collector = null!;

    [SetUp]
    public async Task StartCollector()
    {
        _received.Clear();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // Without TLS nobody can ask for another version than the port's.
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ConfigureEndpointDefaults(endpoint =>
                endpoint.Protocols = protocol == "Grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1
            )
        );
        _collector = builder.Build();
        _collector.Run(ReceiveAsync);
        await _collector.StartAsync();
    }

    [TearDown]
    public async Task StopCollector() => await _collector.DisposeAsync();

    [Test]
    public async Task a_request_and_the_figures_are_handed_over_before_the_host_ends()
    {
        await using var host = await LoneHost.StartAsync(
            ("Telemetry:OtlpEndpoint", _collector.Urls.Single()),
            ("Telemetry:OtlpProtocol", protocol),
            ("Telemetry:ServiceName", "tickets-of-the-test")
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Add("traceparent", TraceParent);
        using var response = await host.Http.SendAsync(request);

        await host.StopAsync();

        var traces = Bodies(tracesPath);
        traces.ShouldContain("tickets-of-the-test");
        traces.ShouldContain("/health/live");
        traces.ShouldContain(Encoding.Latin1.GetString(Convert.FromHexString(TraceParent[3..35])));
        Bodies(metricsPath).ShouldContain("http.server.request.duration");
    }

    /// <summary>PostgreSQL's words are in the span of a statement that fails, as Npgsql has
    /// it.</summary>
    [Test]
    [Category("Long")]
    public async Task a_failure_that_quotes_an_address_is_told_without_it()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Telemetry:OtlpEndpoint"] = _collector.Urls.Single(),
                    ["Telemetry:OtlpProtocol"] = protocol,
                    ["Kafka:Consuming:RetryDelayMilliseconds"] = "20",
                },
            }
        );
        // Its span has this statement, too: what is looked for below must not be in it.
        await system.Database.ExecuteAsync(
            """
            CREATE FUNCTION notifications.refuse() RETURNS trigger LANGUAGE plpgsql AS
                $f$ BEGIN RAISE EXCEPTION 'No mail% %', ' to', NEW.recipient; END $f$;
            CREATE TRIGGER refuse BEFORE INSERT ON notifications.mails FOR EACH ROW
                EXECUTE FUNCTION notifications.refuse();
            """
        );

        var mina = await Given.ACustomer(system);

        await Eventually.Until(
            "the letter quotes it",
            async () =>
                (
                    await system.Database.ReadAsync<string>(
                        "SELECT exception_message FROM messaging.dead_letters"
                    )
                ).Any(m => m.Contains(mina.Email, StringComparison.Ordinal))
        );
        await Eventually.Until(
            "the collector has heard of it",
            () => Bodies(tracesPath).Contains("Npgsql.PostgresException", StringComparison.Ordinal)
        );
        Bodies(tracesPath).ShouldNotContain("No mail to");
        Bodies(tracesPath).ShouldNotContain(mina.Email);
    }

    [Test]
    public async Task a_collector_that_is_away_holds_nobody_up()
    {
        var address = _collector.Urls.Single();
        await _collector.StopAsync();
        await using var host = await LoneHost.StartAsync(
            ("Telemetry:OtlpEndpoint", address),
            ("Telemetry:OtlpProtocol", protocol)
        );

        (await new Api(host).Get("/health/live")).IsSuccess.ShouldBeTrue();
    }

    /// <summary>Protobuf keeps texts as they are.</summary>
    private string Bodies(string path) =>
        string.Concat(_received.Where(r => r.Path == path).Select(r => r.Body));

    private async Task ReceiveAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        _received.Enqueue((http.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
        if (http.Request.ContentType != GrpcContent)
            return;

        // An empty message, whose frame has a flag and a length, and the status behind it.
        http.Response.ContentType = GrpcContent;
        await http.Response.Body.WriteAsync(new byte[5]);
        http.Response.AppendTrailer("grpc-status", "0");
    }
}
