using System.Diagnostics;

namespace ConcertReservation.Messaging;

/// <summary>A row as the relay reads it.</summary>
/// <param name="AgeMilliseconds">Since it was written, when it was read.</param>
internal sealed record StoredRow(long Seq, OutboxRow Event, double AgeMilliseconds);

/// <summary>
/// Rows to send in their order, and the position that all of them being acknowledged gives.
/// </summary>
internal sealed class OutboxPage
{
    private readonly TaskCompletionSource _acknowledged = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    private readonly TaskCompletionSource _sent = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    private readonly long _readAt = Stopwatch.GetTimestamp();
    private int _missing;

    public OutboxPage(IReadOnlyList<StoredRow> rows, RelayPosition after)
    {
        Rows = rows;
        After = after;
        Bytes = rows.Sum(r => (long)r.Event.Body.Length);
        _missing = rows.Count;
        if (_missing == 0)
            _acknowledged.SetResult();
    }

    public IReadOnlyList<StoredRow> Rows { get; }

    public RelayPosition After { get; }

    /// <summary>Of all bodies.</summary>
    public long Bytes { get; }

    /// <summary>Whether the window has more; else it is done with this page.</summary>
    public bool HasMore => After.To is not null;

    /// <summary>Ends when the last row has been handed to the producer.</summary>
    public Task Sent => _sent.Task;

    /// <summary>Ends when Kafka has every row, or fails when it will not have one.</summary>
    public Task Acknowledged => _acknowledged.Task;

    /// <summary>From the row's writing until now.</summary>
    public double LatencyMilliseconds(StoredRow row) =>
        row.AgeMilliseconds + Stopwatch.GetElapsedTime(_readAt).TotalMilliseconds;

    public void MarkSent() => _sent.TrySetResult();

    public void Acknowledge()
    {
        if (Interlocked.Decrement(ref _missing) == 0)
            _acknowledged.TrySetResult();
    }

    public void Fail(Exception why) => _acknowledged.TrySetException(why);
}
