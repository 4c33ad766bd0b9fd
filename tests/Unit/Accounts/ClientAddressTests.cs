using System.Net;
using ConcertReservation.Accounts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Unit.Accounts;

internal sealed class ClientAddressTests
{
    private const string Proxies = "10.0.0.0/8, 192.0.2.7, fd00::/8";

    [TestCase("203.0.113.5", null, "203.0.113.5")]
    [TestCase("::ffff:203.0.113.5", null, "203.0.113.5")]
    [TestCase("2001:db8:1:2:aaaa::1", null, "20010DB800010002")]
    [TestCase("2001:db8:1:2:bbbb::1", null, "20010DB800010002")]
    // What somebody claims who is no proxy of ours counts for nothing.
    [TestCase("203.0.113.5", "198.51.100.1", "203.0.113.5")]
    [TestCase("10.1.2.3", "198.51.100.1", "198.51.100.1")]
    [TestCase("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1")]
    [TestCase("192.0.2.7", "198.51.100.1, 10.9.9.9", "198.51.100.1")]
    // The client wrote the first one.
    [TestCase("10.1.2.3", "127.0.0.1, 198.51.100.1", "198.51.100.1")]
    [TestCase("192.0.2.8", "198.51.100.1", "192.0.2.8")]
    [TestCase("fd00::1", "2001:db8:1:2::1", "20010DB800010002")]
    [TestCase("10.1.2.3", "198.51.100.1:5678", "198.51.100.1")]
    [TestCase("10.1.2.3", "198.51.100.1:5678, 10.9.9.9:80", "198.51.100.1")]
    [TestCase("fd00::1", "[2001:db8:1:2::1]:443", "20010DB800010002")]
    [TestCase("10.1.2.3", "198.51.100.1:nonsense", "10.1.2.3")]
    [TestCase("10.1.2.3", "", "10.1.2.3")]
    [TestCase("10.1.2.3", "nonsense", "10.1.2.3")]
    [TestCase("10.1.2.3", "nonsense, 198.51.100.1", "198.51.100.1")]
    public void a_request_comes_from_whom_the_last_trusted_proxy_got_it(
        string peer,
        string? forwarded,
        string expected
    )
    {
        var options = new AccountsOptions { TrustedProxies = Proxies };
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        if (forwarded is not null)
            http.Request.Headers["X-Forwarded-For"] = forwarded;

        new ClientAddress(Options.Create(options)).Of(http).ShouldBe(expected);
    }

    [Test]
    public void without_proxies_nobody_is_believed()
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse("10.1.2.3");
        http.Request.Headers["X-Forwarded-For"] = "198.51.100.1";

        new ClientAddress(Options.Create(new AccountsOptions())).Of(http).ShouldBe("10.1.2.3");
    }

    [TestCase("10.0.0.1/8/9")]
    [TestCase("proxy.example")]
    [TestCase("10.0.0.0/33")]
    public void a_list_that_is_none_is_no_configuration(string proxies) =>
        new AccountsOptions { TrustedProxies = proxies }
            .TrustedNetworks()
            .ShouldBeNull();
}
