using System.Security.Cryptography;
using System.Text;
using ConcertReservation.Payments;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Unit.Payments;

[TestFixture]
internal sealed class WebhookSignatureTests
{
    private const string Time = "2026-11-20T21:00:00+09:00";
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Body = "{}"u8.ToArray();

    private static readonly string Good = Convert.ToBase64String(Hash($"{{}}:{Time}", "secret"));
    private static readonly string Other = Convert.ToBase64String(Hash("other", "secret"));

    private static IEnumerable<TestCaseData> TossHeaders()
    {
        yield return new TestCaseData($"v1:{Good}", true);
        yield return new TestCaseData($"v1:{Other},{Good}", true);
        yield return new TestCaseData($"v1:{Other},v1:{Good}", true);
        yield return new TestCaseData($"v1:{Other}", false);
        yield return new TestCaseData("v1:", false);
        yield return new TestCaseData($"v1:{Good[..^4]}", false);
        yield return new TestCaseData("v1:not base64!", false);
        yield return new TestCaseData(
            string.Join(',', Enumerable.Repeat(Other, 8)) + "," + Good,
            false
        );
    }

    [TestCaseSource(nameof(TossHeaders))]
    public void one_of_a_few_signatures_has_to_fit(string header, bool fits) =>
        Verify("secret", header, Time, Noon).ShouldBe(fits);

    [TestCase(-301, false)]
    [TestCase(-300, true)]
    [TestCase(300, true)]
    [TestCase(301, false)]
    public void what_is_older_or_newer_than_five_minutes_is_refused(int seconds, bool isRecent) =>
        Verify("secret", $"v1:{Good}", Time, Noon.AddSeconds(seconds)).ShouldBe(isRecent);

    [Test]
    public void without_a_secret_a_webhook_is_a_hint_that_needs_no_signature() =>
        Verify(secret: "", header: null, time: null, Noon).ShouldBeTrue();

    [Test]
    public void two_headers_are_as_good_as_none()
    {
        var headers = new HeaderDictionary
        {
            ["tosspayments-webhook-signature"] = new([$"v1:{Good}", $"v1:{Good}"]),
            [TossWebhooks.TimeHeader] = Time,
        };

        Toss("secret").Verify(Body, headers, Noon).ShouldNotBeNull();
    }

    /// <summary>Made with openssl, not with the code under test.</summary>
    [TestCase("1795176000", true)]
    [TestCase("1795176001", false)]
    public void a_signature_of_stripe_is_of_its_time_and_body(string time, bool fits)
    {
        const string Signature = "60090152ba978d876d34a4d58f9e907bba4c9ca093984824c99feb06c858dd5f";
        var stripe = new StripeWebhooks(
            Options.Create(new GatewayOptions { WebhookSecret = "whsec_test" })
        );
        var headers = new HeaderDictionary { ["Stripe-Signature"] = $"t={time},v1={Signature}" };

        (stripe.Verify("""{"id":"evt_1"}"""u8.ToArray(), headers, Noon) is null).ShouldBe(fits);
    }

    private static bool Verify(string secret, string? header, string? time, DateTimeOffset now)
    {
        var headers = new HeaderDictionary();
        if (header is not null)
            headers["tosspayments-webhook-signature"] = header;
        if (time is not null)
            headers[TossWebhooks.TimeHeader] = time;
        return Toss(secret).Verify(Body, headers, now) is null;
    }

    private static TossWebhooks Toss(string secret) =>
        new(Options.Create(new GatewayOptions { WebhookSecret = secret }));

    private static byte[] Hash(string text, string secret) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text));
}
