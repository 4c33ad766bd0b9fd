using System.Net.Http.Json;

namespace ConcertReservation.Payments;

/// <summary>
/// How money goes back (https://docs.tosspayments.com/guides/apis/cancel-payment).
/// </summary>
internal sealed partial class TossGateway
{
    /// <summary>A longer one is refused, however often the money is asked back.</summary>
    private const int MaxCancelReason = 200;

    /// <remarks>
    /// All that was paid is more than is left where somebody has given a part back in the
    /// provider's console, and may be refused. So a later try looks first, and gives back what it
    /// finds left. A try sends one cancellation, not two: of those that come within a second the
    /// provider takes the first alone.
    /// </remarks>
    public async Task<Verdict> RefundAsync(
        ProviderOrder order,
        string reason,
        CancellationToken stop
    )
    {
        if (order.Checks > 0)
        {
            var found = await FindAsync(order, stop);
            if (found.Kind is VerdictKind.Returned or VerdictKind.Unclear)
                return found;
        }

        var request = Cancellation(order, "refund", reason, amount: null);
        return await AskAsync(order, request, TossQuestion.Refund, stop)
            ?? new Verdict(VerdictKind.Unclear, WrongPayment);
    }

    /// <param name="amount">Null for all that was paid.</param>
    private static HttpRequestMessage Cancellation(
        ProviderOrder order,
        string command,
        string reason,
        long? amount
    ) =>
        new(HttpMethod.Post, $"/v1/payments/{Uri.EscapeDataString(order.PaymentKey)}/cancel")
        {
            Headers = { { "Idempotency-Key", Key(order, command) } },
            Content = JsonContent.Create(
                new TossCancellation(Payment.Shorten(reason, MaxCancelReason), amount)
            ),
        };

    /// <summary>
    /// It is no whole payment and will not become one, and would stay as it is for ever: what there
    /// is of it goes back. In the time of the answer that told it.
    /// </summary>
    /// <param name="amount">What is left of it; null where it is all.</param>
    private async Task<Verdict> CloseAsync(
        ProviderOrder order,
        Verdict closed,
        long? amount,
        CancellationToken stop
    )
    {
        using var request = Cancellation(order, "close", closed.Detail, amount);
        using var response = await _http.SendAsync(request, stop);
        var answer = await response.Content.ReadFromJsonAsync<TossClosed>(stop);
        return answer is { IsOver: true }
            ? closed
            : Unclear(order, $"{closed.Detail} The rest is not cancelled: {answer?.Code}");
    }
}
