using System.Text.Json;

namespace ConcertReservation.PaymentSandbox;

/// <summary>
/// All payments, in memory and as lines of an append-only file, so that a sandbox that is restarted
/// still knows whose money it took. One lock: a test provider has time.
/// </summary>
internal sealed class Ledger : IDisposable
{
    private const string FileName = "payments.jsonl";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, CardPayment> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _keyByOrder = new(StringComparer.Ordinal);
    private readonly StreamWriter? _file;

    /// <summary>
    /// A payment is new, or in another state; told with the ledger locked, the former one first.
    /// </summary>
    public Action<CardPayment?, CardPayment>? Changed { get; set; }

    /// <param name="directory">Empty: nothing is kept.</param>
    public Ledger(string directory)
    {
        if (directory.Length == 0)
            return;

        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, FileName);
        if (File.Exists(path))
            Read(path);
        _file = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    public CardPayment? FindByKey(string paymentKey)
    {
        lock (_lock)
            return _byKey.GetValueOrDefault(paymentKey);
    }

    /// <summary>
    /// The payment of the order that counts: the one whose money was taken, else the one that was
    /// begun last.
    /// </summary>
    public CardPayment? FindByOrder(string orderId)
    {
        lock (_lock)
            return _keyByOrder.TryGetValue(orderId, out var key) ? _byKey[key] : null;
    }

    public void Add(CardPayment payment)
    {
        lock (_lock)
            Note(payment);
    }

    /// <summary>
    /// Changes the payment as the decision says, if it does; one decision at a time.
    /// </summary>
    public T Decide<T>(
        string paymentKey,
        Func<CardPayment?, (T Result, CardPayment? Changed)> decide
    )
    {
        lock (_lock)
        {
            var (result, changed) = decide(_byKey.GetValueOrDefault(paymentKey));
            if (changed is not null)
                Note(changed);
            return result;
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Note(CardPayment payment)
    {
        var before = _byKey.GetValueOrDefault(payment.PaymentKey);
        Keep(payment);
        _file?.WriteLine(JsonSerializer.Serialize(payment));
        if (before?.Status != payment.Status)
            Changed?.Invoke(before, payment);
    }

    private void Keep(CardPayment payment)
    {
        var isNew = !_byKey.ContainsKey(payment.PaymentKey);
        _byKey[payment.PaymentKey] = payment;
        var other = _keyByOrder.TryGetValue(payment.OrderId, out var key) ? _byKey[key] : null;
        if (other is null || ((isNew || payment.HadMoney) && !other.HadMoney))
            _keyByOrder[payment.OrderId] = payment.PaymentKey;
    }

    /// <summary>
    /// A line that a dying sandbox did not finish tells of nothing that was answered.
    /// </summary>
    private void Read(string path)
    {
        var text = File.ReadAllText(path);
        var whole = text.LastIndexOf('\n') + 1;
        foreach (var line in text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Keep(JsonSerializer.Deserialize<CardPayment>(line)!);
        if (whole < text.Length)
            File.WriteAllText(path, text[..whole]);
    }
}
