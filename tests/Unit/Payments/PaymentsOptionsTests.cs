using ConcertReservation.Payments;

namespace ConcertReservation.Tests.Unit.Payments;

[TestFixture]
internal sealed class PaymentsOptionsTests
{
    [TestCase(0, 1)]
    [TestCase(1, 2)]
    [TestCase(5, 32)]
    [TestCase(6, 60)]
    [TestCase(1000, 60)]
    public void the_wait_doubles_up_to_a_minute(int checks, int seconds) =>
        new PaymentsOptions().DelayAfter(checks).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Test]
    public void customers_may_reach_the_provider_at_another_address_than_hosts()
    {
        var options = new GatewayOptions
        {
            BaseAddress = new Uri("http://sandbox:5090"),
            CheckoutBaseAddress = new Uri("http://localhost:5090"),
        };

        options
            .CheckoutFor("payment-1-ab", 5_000)
            .ShouldBe(new Uri("http://localhost:5090/checkout?orderId=payment-1-ab&amount=5000"));
    }

    [TestCase("ftp://sandbox")]
    [TestCase("/sandbox")]
    public void an_address_that_is_not_http_is_refused_at_start(string address) =>
        new GatewayOptionsRules()
            .Validate(
                null,
                new GatewayOptions { BaseAddress = new Uri(address, UriKind.RelativeOrAbsolute) }
            )
            .Failed.ShouldBeTrue();
}
