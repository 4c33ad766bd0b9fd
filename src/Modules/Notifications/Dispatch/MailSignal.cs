namespace ConcertReservation.Notifications.Dispatch;

/// <summary>
/// Wakes the dispatcher of this process when mails were written; those of other hosts poll.
/// </summary>
internal sealed class MailSignal : IDisposable
{
    private readonly SemaphoreSlim _written = new(0, 1);

    public void Set()
    {
        try
        {
            if (_written.CurrentCount == 0)
                _written.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another batch set it in between: the dispatcher wakes all the same.
        }
    }

    /// <summary>Returns when mails were written, or after the timeout.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken stop) =>
        _written.WaitAsync(timeout, stop);

    public void Dispose() => _written.Dispose();
}
