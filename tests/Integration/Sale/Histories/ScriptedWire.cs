using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ConcertReservation.Payments;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>In whose words hosts and the scripted provider speak.</summary>
internal enum Speech
{
    /// <summary>In none's: a host has the provider itself in place of an adapter.</summary>
    Verdicts,
    Toss,
    Stripe,
}

/// <summary>
/// The scripted provider behind HTTP, in the forms of a real one, so that its adapter is a part of
/// the history: each request is a question, and who is not to be heard hangs up.
/// </summary>
internal abstract class ScriptedWire(ScriptedProvider provider) : HttpMessageHandler
{
    private readonly Dictionary<string, Reply> _firstReplies = new(StringComparer.Ordinal);

    protected ScriptedProvider Provider => provider;

    /// <summary>A host's adapter, with this at the other end of its line.</summary>
    public IPaymentGateway GatewayOf(IServiceProvider host) =>
        Gateway(
            new HttpClient(this, disposeHandler: false),
            host.GetRequiredService<IOptions<GatewayOptions>>(),
            host.GetRequiredService<TimeProvider>()
        );

    protected abstract IPaymentGateway Gateway(
        HttpClient http,
        IOptions<GatewayOptions> options,
        TimeProvider clock
    );

    /// <returns>null where nobody hears an answer.</returns>
    protected abstract Task<Reply?> AnswerAsync(HttpRequestMessage request, string body);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var body = request.Content is { } content
            ? await content.ReadAsStringAsync(CancellationToken.None)
            : "";
        var key = request.Headers.TryGetValues("Idempotency-Key", out var keys)
            ? $"{keys.Single()} {request.RequestUri}"
            : null;
        // Whoever has died before it could note an answer hears it again.
        var reply =
            (key is null ? null : _firstReplies.GetValueOrDefault(key))
            ?? await AnswerAsync(request, body)
            ?? throw new HttpRequestException("The line is dead.");
        if (key is not null)
            _firstReplies[key] = reply;
        return new HttpResponseMessage(reply.Status)
        {
            Content = new StringContent(
                reply.Body.ToJsonString(),
                Encoding.UTF8,
                "application/json"
            ),
        };
    }

    protected sealed record Reply(HttpStatusCode Status, JsonNode Body);
}
