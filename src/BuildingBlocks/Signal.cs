namespace ConcertReservation.BuildingBlocks;

/// <summary>
/// Wakes the one who waits in this process; what is set while nobody waits wakes the next at once.
/// Each purpose has its own subclass, by which the container knows it.
/// </summary>
public abstract class Signal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        try
        {
            if (_set.CurrentCount == 0)
                _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // Someone else set it in between: who waits wakes all the same.
        }
    }

    /// <summary>Returns after a <see cref="Set"/>, or after the timeout.</summary>
    /// <returns>Whether it was set.</returns>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken stop) =>
        _set.WaitAsync(timeout, stop);

    public void Dispose()
    {
        _set.Dispose();
        GC.SuppressFinalize(this);
    }
}
