using System.Net;
using ConcertReservation.Host;
using ConcertReservation.Host.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace ConcertReservation.Tests.Unit.Telemetry;

/// <summary>Who is near enough to be told metrics.</summary>
internal sealed class InnerAddressTests
{
    private const string Outer = "http://10.0.0.5:80;http://localhost:5080";

    [TestCase("127.0.0.1", true)]
    [TestCase("::1", true)]
    [TestCase("::ffff:127.0.0.1", true)]
    [TestCase("10.0.0.7", false)]
    [TestCase("203.0.113.7", false)]
    public void without_an_address_of_its_own_this_machine_alone_is_near(string from, bool isNear)
    {
        var http = Request(localPort: 5080, from);

        From(url: null).Includes(http).ShouldBe(isNear);
    }

    [Test]
    public void who_comes_through_a_proxy_on_this_machine_is_not()
    {
        var http = Request(localPort: 5080, "127.0.0.1");
        http.Request.Headers["X-Forwarded-For"] = "203.0.113.7";

        From(url: null).Includes(http).ShouldBeFalse();
    }

    [TestCase(9464, true)]
    [TestCase(5080, false)]
    public void with_one_it_is_where_the_request_came_in_that_counts(int localPort, bool isNear) =>
        From("http://*:9464").Includes(Request(localPort, "127.0.0.1")).ShouldBe(isNear);

    [TestCase("9464")]
    [TestCase("*:9464")]
    [TestCase("https://*:9464")]
    [TestCase("http://*:0")]
    [TestCase("http://*:5080", Description = "The API's own.")]
    public void what_is_of_no_use_is_refused_by_its_name(string url) =>
        Should
            .Throw<InvalidConfigurationException>(() => From(url))
            .Message.ShouldStartWith("Management:Url");

    private static InnerAddress From(string? url) =>
        InnerAddress.From(
            new ConfigurationBuilder()
                .AddInMemoryCollection([KeyValuePair.Create("Management:Url", url)])
                .Build(),
            Outer
        );

    private static DefaultHttpContext Request(int localPort, string from)
    {
        var http = new DefaultHttpContext();
        http.Connection.LocalPort = localPort;
        http.Connection.RemoteIpAddress = IPAddress.Parse(from);
        return http;
    }
}
