using System.Net.Http.Json;
using ConcertReservation.PaymentSandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>The payment provider, which outlives the hosts and knows who is asking it.</summary>
internal sealed class Provider : IAsyncDisposable
{
    public const string GoodCard = "4242424242424242";
    public const string DeclinedCard = "4000000000009995";
    public const string SlowCard = "4000000000003220";
    public const string SilentCard = "4000000000000341";
    public const string BrokenOnceCard = "4000000000000119";

    /// <summary>Its first two refunds fail.</summary>
    public const string RefundBrokenCard = "4000000000005126";

    /// <summary>Without an answer, but each change is told three times.</summary>
    public const string ToldThriceCard = "4000000000005423";

    /// <summary>Without an answer; each state is told after the one that followed it.</summary>
    public const string ToldBackwardsCard = "4000000000006975";

    private readonly WebApplication _sandbox;
    private readonly HttpClient _http;
    private readonly ProviderFront _front;

    private Provider(WebApplication sandbox, ProviderFront front, string folder)
    {
        (_sandbox, _front) = (sandbox, front);
        Books = Path.Combine(folder, "payments.jsonl");
        Url = new Uri(
            sandbox
                .Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.Single()
        );
        _http = new HttpClient { BaseAddress = Url };
    }

    public Uri Url { get; }

    /// <summary>The file in which it keeps what it knows of each payment.</summary>
    public string Books { get; }

    /// <summary>Hosts that wait for the answer to a confirmation at this moment.</summary>
    public int ConfirmationsUnderWay => _front.ConfirmationsUnderWay;

    /// <summary>How many questions of hosts it answered late, wrongly or not at all.</summary>
    public long Struck => _front.Struck;

    /// <summary>Changes of which the hosts have not heard all yet.</summary>
    public int WebhooksUnderWay => Webhooks.UnderWay;

    private Webhooks Webhooks => _sandbox.Services.GetRequiredService<Webhooks>();

    /// <param name="folder">For its books.</param>
    public static async Task<Provider> StartAsync(string folder)
    {
        var front = new ProviderFront();
        var sandbox = SandboxApplication.Create(
            ["--PORT=0", $"--Sandbox:Directory={folder}"],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<IStartupFilter>(front);
            }
        );
        await sandbox.StartAsync();
        return new Provider(sandbox, front, folder);
    }

    /// <summary>What a customer's browser does at the provider.</summary>
    /// <returns>The payment key, with which the shop takes the money.</returns>
    public async Task<string> PayAsync(string orderId, long amount, string cardNumber)
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri("/v1/payments", UriKind.Relative),
            new
            {
                orderId,
                amount,
                cardNumber,
            }
        );
        answer.EnsureSuccessStatusCode();
        return (
            await answer.Content.ReadFromJsonAsync<ConcertReservation.PaymentSandbox.CardPayment>()
        )!.PaymentKey;
    }

    /// <summary>What the provider's own books say: IN_PROGRESS, DONE and so on.</summary>
    public string StatusOf(string paymentKey) =>
        _sandbox.Services.GetRequiredService<Ledger>().FindByKey(paymentKey)!.Status;

    /// <summary>From now on, and until it is mended.</summary>
    public void Inflict(Ailment ailment) => _front.Inflict(ailment);

    public void Mend() => _front.Mend();

    /// <summary>Tells the host of each change from now on, as the card has it.</summary>
    public void TellChangesTo(HostProcess host) =>
        Webhooks.Url = new Uri(host.Url, "/api/payments/webhooks/toss");

    /// <summary>By a mistake of its own, whatever it has said of the payment.</summary>
    public void TakeMoney(string paymentKey) =>
        _sandbox
            .Services.GetRequiredService<Ledger>()
            .Decide(paymentKey, payment => (true, payment! with { Status = "DONE" }));

    public async ValueTask DisposeAsync()
    {
        Mend();
        _http.Dispose();
        await _sandbox.DisposeAsync();
    }
}
