using System.Text;
using ConcertReservation.Payments;

namespace ConcertReservation.Tests.Unit.Payments;

/// <summary>What somebody sends in the provider's name may be anything.</summary>
[TestFixture]
internal sealed class WebhookBodyTests
{
    [TestCase(new byte[] { 0xC3, 0x28 })]
    [TestCase(new byte[] { 0xFF })]
    [TestCase(new byte[] { 0xED, 0xA0, 0x80 })]
    public void text_that_is_no_utf_8_is_none(byte[] text)
    {
        byte[] inName = [.. "{\""u8, .. text, .. "\": 1}"u8];
        byte[] inValue = [.. "{\"eventType\": \""u8, .. text, .. "\"}"u8];

        WebhookBody.Parse(inName).ShouldBeNull();
        WebhookBody.Parse(inValue).ShouldBeNull();
    }

    [TestCase("\\ud800")]
    [TestCase("a\\udc00b")]
    [TestCase("\\ud800\\ud800")]
    public void half_a_character_is_none(string half)
    {
        Parse($$"""{"{{half}}": 1}""").ShouldBeNull();
        Parse($$"""{"eventType": "{{half}}"}""").ShouldBeNull();
        Parse($$"""{"data": [{"orderId": "{{half}}"}]}""").ShouldBeNull();
    }

    [TestCase("50000", 50_000)]
    [TestCase("50000.00", 50_000)]
    [TestCase("5e4", 50_000)]
    [TestCase("-5", -5)]
    [TestCase("0", 0)]
    [TestCase("0.5", WebhookBody.NoAmount)]
    [TestCase("1e19", WebhookBody.NoAmount)]
    [TestCase("1e400", WebhookBody.NoAmount)]
    [TestCase("\"50000\"", WebhookBody.NoAmount)]
    [TestCase("{}", WebhookBody.NoAmount)]
    [TestCase("false", WebhookBody.NoAmount)]
    public void an_amount_is_whole_won_or_none(string told, long won) =>
        Parse($$$"""{"data": {"amount": {{{told}}}}}""")!.Won("data", "amount").ShouldBe(won);

    [TestCase("{}")]
    [TestCase("""{"data": 7}""")]
    [TestCase("""{"data": {"amount": null}}""")]
    public void where_nothing_is_told_there_is_no_amount_to_compare(string body) =>
        Parse(body)!.Won("data", "amount").ShouldBeNull();

    private static WebhookBody? Parse(string body) =>
        WebhookBody.Parse(Encoding.UTF8.GetBytes(body));
}
