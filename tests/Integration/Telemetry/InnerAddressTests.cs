using System.Net;
using System.Net.Sockets;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Telemetry;

/// <summary>Metrics and health on an address that the public does not reach.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class InnerAddressTests
{
    [Test]
    public async Task it_has_metrics_and_health_and_nothing_else()
    {
        var port = FreePort();
        await using var host = await LoneHost.StartAsync(
            ("Management:Url", $"http://127.0.0.1:{port}")
        );
        using var inner = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        (await StatusOf(inner, "/metrics")).ShouldBe(OK);
        (await StatusOf(inner, "/health/live")).ShouldBe(OK);
        (await StatusOf(inner, "/health/ready")).ShouldBe(ServiceUnavailable);
        foreach (var path in new[] { "/api/concerts", "/swagger/index.html", "/openapi/v1.json" })
            (await StatusOf(inner, path)).ShouldBe(NotFound, path);

        // Even this machine gets metrics at the inner address only.
        (await StatusOf(host.Http, "/metrics")).ShouldBe(NotFound);
        (await StatusOf(host.Http, "/health/live")).ShouldBe(OK);
        (await StatusOf(host.Http, "/openapi/v1.json")).ShouldBe(OK);
    }

    [TestCase("X-Forwarded-For")]
    [TestCase("Forwarded")]
    [TestCase("Via")]
    public async Task who_comes_through_a_proxy_finds_no_metrics(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation(header, "203.0.113.7");

        using var response = await SharedSystem.System.HostA.Http.SendAsync(request);

        (await Answer.OfAsync(response)).ShouldBe(NotFound, "not-found");
        (await StatusOf(SharedSystem.System.HostA.Http, "/metrics")).ShouldBe(OK);
    }

    private static async Task<HttpStatusCode> StatusOf(HttpClient http, string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        return response.StatusCode;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, port: 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
