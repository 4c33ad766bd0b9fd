namespace ConcertReservation.Reservations;

/// <summary>
/// One read at a time. Whoever asks gets a read that began after the question, never an older one,
/// and shares it with all who asked before it began.
/// </summary>
internal sealed class SharedRead<T>(Func<Task<T>> read)
{
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private Task<T>? _next;

    public Task<T> NextAsync()
    {
        lock (_gate)
        {
            var running = _running;
            return _next ??= Task.Run(() => ReadAfterAsync(running));
        }
    }

    private async Task<T> ReadAfterAsync(Task running)
    {
        // What the one before came to is told to those who asked for it.
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _running = _next!;
            _next = null;
        }

        return await read();
    }
}
