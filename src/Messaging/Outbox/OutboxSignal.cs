namespace ConcertReservation.Messaging;

/// <summary>Wakes the relay of this process after a commit; relays of other hosts poll.</summary>
public sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _committed = new(0, 1);

    public void Set()
    {
        try
        {
            if (_committed.CurrentCount == 0)
                _committed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Someone else set it in between: the relay wakes all the same.
        }
    }

    /// <summary>Returns after a commit, or after the timeout, whichever comes first.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken stop) =>
        _committed.WaitAsync(timeout, stop);

    public void Dispose() => _committed.Dispose();
}
