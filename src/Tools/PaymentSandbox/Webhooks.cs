using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace ConcertReservation.PaymentSandbox;

/// <summary>
/// Tells the merchant of every change of a payment as Toss Payments does, and signs it as Toss
/// signs other changes: until the merchant answers 200, seven times more at most, each wait four
/// times the one before. What was not delivered when the sandbox ends is lost.
/// </summary>
internal sealed partial class Webhooks(
    Ledger ledger,
    IOptions<SandboxOptions> options,
    TimeProvider clock,
    ILogger<Webhooks> logger
) : IHostedService, IDisposable
{
    private const int MaxRetries = 7;
    private const int AtOnce = 32;
    private static readonly TimeSpan KoreanOffset = TimeSpan.FromHours(9);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http = new() { Timeout = Patience };
    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _deliveries = [];

    /// <summary>Where the merchant hears; null: nowhere.</summary>
    public Uri? Url { get; set; } = options.Value.WebhookUrl;

    public static bool IsAddress(Uri? url) =>
        url is null or { IsAbsoluteUri: true, Scheme: "http" or "https" };

    /// <summary>Changes of which the merchant has not heard all yet.</summary>
    public int UnderWay => _deliveries.Count;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        ledger.Changed = Tell;
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        ledger.Changed = null;
        await _stop.CancelAsync();
        await Task.WhenAll(_deliveries.Keys);
    }

    public void Dispose()
    {
        _http.Dispose();
        _places.Dispose();
        _stop.Dispose();
    }

    /// <summary>Pure: what is told of a change, in this order, and how much later.</summary>
    internal static (bool IsLate, IReadOnlyList<CardPayment> Notices) Plan(
        CardPayment? before,
        CardPayment now
    ) =>
        now.Card.Webhooks switch
        {
            WebhookManner.Late => (true, [now]),
            WebhookManner.Repeated => (false, [now, now, now]),
            // Each state is told after the one that followed it.
            WebhookManner.OutOfOrder => (false, before is null ? [] : [now, before]),
            _ => (false, [now]),
        };

    private void Tell(CardPayment? before, CardPayment now)
    {
        if (Url is not { } url)
            return;

        var (isLate, notices) = Plan(before, now);
        var delivery = DeliverAsync(url, isLate, notices);
        _deliveries.TryAdd(delivery, true);
        _ = delivery.ContinueWith(
            d => _deliveries.TryRemove(d, out _),
            TaskContinuationOptions.ExecuteSynchronously
        );
    }

    private async Task DeliverAsync(Uri url, bool isLate, IReadOnlyList<CardPayment> notices)
    {
        // The ledger is locked, and has more to do than this.
        await Task.Yield();
        try
        {
            if (isLate)
                await Task.Delay(options.Value.Slow, clock, _stop.Token);
            foreach (var payment in notices)
                await DeliverAsync(url, payment);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
    }

    private async Task DeliverAsync(Uri url, CardPayment payment)
    {
        var body = Body(payment);
        var wait = options.Value.WebhookRetry;
        for (var retries = 0; retries <= MaxRetries; retries++)
        {
            if (retries > 0)
            {
                await Task.Delay(wait, clock, _stop.Token);
                wait *= 4;
            }

            if (await TrySendAsync(url, body, retries))
                return;
        }

        LogGivenUp(payment.PaymentKey, payment.Status);
    }

    private async Task<bool> TrySendAsync(Uri url, byte[] body, int retries)
    {
        await _places.WaitAsync(_stop.Token);
        try
        {
            using var request = Request(url, body, retries);
            using var answer = await _http.SendAsync(request, _stop.Token);
            if (answer.IsSuccessStatusCode)
                return true;

            LogRefused((int)answer.StatusCode);
        }
        catch (HttpRequestException e)
        {
            LogFailed(e.Message);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            LogFailed("no answer");
        }
        finally
        {
            _places.Release();
        }

        return false;
    }

    private HttpRequestMessage Request(Uri url, byte[] body, int retries)
    {
        var time = Korean("yyyy-MM-dd'T'HH:mm:sszzz");
        byte[] signed = [.. body, .. Encoding.UTF8.GetBytes(":" + time)];
        var signature = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(options.Value.WebhookSecret),
            signed
        );
        return new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
            Headers =
            {
                { "tosspayments-webhook-transmission-time", time },
                { "tosspayments-webhook-transmission-id", Guid.NewGuid().ToString() },
                {
                    "tosspayments-webhook-transmission-retried-count",
                    retries.ToString(CultureInfo.InvariantCulture)
                },
                { "tosspayments-webhook-signature", "v1:" + Convert.ToBase64String(signature) },
            },
        };
    }

    private byte[] Body(CardPayment payment) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                eventType = "PAYMENT_STATUS_CHANGED",
                createdAt = Korean("yyyy-MM-dd'T'HH:mm:ss.fff"),
                data = Answers.Shape(payment),
            },
            Json
        );

    private string Korean(string format) =>
        clock.GetUtcNow().ToOffset(KoreanOffset).ToString(format, CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Information, "The merchant refuses a webhook: {Status}")]
    private partial void LogRefused(int status);

    [LoggerMessage(LogLevel.Information, "A webhook does not reach the merchant: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(LogLevel.Warning, "The merchant never hears that {PaymentKey} is {Status}")]
    private partial void LogGivenUp(string paymentKey, string status);
}
