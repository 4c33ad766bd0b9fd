using System.Text.Json;

namespace ConcertReservation.Verification.Loading;

/// <summary>
/// The books of a payment sandbox, such as <c>./run</c> starts: the customers' money as the
/// provider saw it.
/// </summary>
internal static class ProviderBooks
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNameCaseInsensitive = true,
    };

    /// <param name="path">Lines of JSON, of which the last one of a payment key counts.</param>
    /// <returns>
    /// Of each order all payments whose money was taken, also where it went back; else the latest.
    /// null where there is no such file.
    /// </returns>
    public static IReadOnlyList<CardOrder>? Read(string? path)
    {
        if (path is null || !File.Exists(path))
            return null;

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var payments = new Dictionary<string, Line>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.EndsWith('}'))
            {
                var payment = JsonSerializer.Deserialize<Line>(line, Options)!;
                payments[payment.PaymentKey] = payment;
            }
        }

        return
        [
            .. payments
                .Values.GroupBy(p => p.OrderId)
                .SelectMany(order =>
                    order.Any(p => p.HadMoney) ? order.Where(p => p.HadMoney) : order.TakeLast(1)
                )
                .Select(p => new CardOrder(p.OrderId, p.Amount, p.Status)),
        ];
    }

    private sealed record Line(string PaymentKey, string OrderId, long Amount, string Status)
    {
        public bool HadMoney => Status is "DONE" or "PARTIAL_CANCELED" or "CANCELED";
    }
}
