using System.Net.Http.Json;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// Counts what the provider is asked about each payment, and by how many at once; and of commands,
/// of which it knows confirmations alone, those that it has answered in time.
/// </summary>
internal sealed class AskedAtOnce
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Now, int Most, int Confirmations)> _byKey = [];

    public int MostOf(string paymentKey)
    {
        lock (_lock)
            return _byKey[paymentKey].Most;
    }

    public int ConfirmationsOf(string paymentKey)
    {
        lock (_lock)
            return _byKey[paymentKey].Confirmations;
    }

    /// <summary>For <see cref="ProviderWire.Fault"/>: everything arrives.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        Func<Task<HttpResponseMessage>> send
    )
    {
        var isConfirmation = request.Method == HttpMethod.Post;
        var paymentKey = isConfirmation
            ? (await request.Content!.ReadFromJsonAsync<Confirmation>())!.PaymentKey
            : request.RequestUri!.Segments[^1];
        Count(paymentKey, 1, 0);
        try
        {
            var answer = await send();
            // Whoever hears nothing has to ask again.
            Count(paymentKey, 0, isConfirmation ? 1 : 0);
            return answer;
        }
        finally
        {
            Count(paymentKey, -1, 0);
        }
    }

    private void Count(string paymentKey, int change, int confirmations)
    {
        lock (_lock)
        {
            var (now, most, all) = _byKey.GetValueOrDefault(paymentKey);
            now += change;
            _byKey[paymentKey] = (now, Math.Max(now, most), all + confirmations);
        }
    }

    private sealed record Confirmation(string PaymentKey);
}
