namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>
/// Opens once, when the migrations of all modules have run. The process is up before that, so that
/// it can say what it waits for; background services await it before their first statement.
/// </summary>
public sealed class DatabaseReady
{
    private readonly TaskCompletionSource _opened = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    private volatile bool _isAway;
    private volatile int _outages;

    public bool IsOpen => _opened.Task.IsCompleted;

    /// <summary>The host cannot reach it, and has said so. One task sets it.</summary>
    public bool IsAway
    {
        get => _isAway;
        set
        {
            if (value && !_isAway)
                _outages++;
            _isAway = value;
        }
    }

    /// <summary>How often it has gone away since the host started.</summary>
    public int Outages => _outages;

    /// <summary>Returns at once when the database is ready, else when it becomes so.</summary>
    public Task WaitAsync(CancellationToken stop) => _opened.Task.WaitAsync(stop);

    public void Open() => _opened.TrySetResult();
}

/// <summary>
/// What a module does once per start after all migrations and before <see cref="DatabaseReady"/>
/// opens: one host at a time, so it needs no lock of its own, but must find what another host did
/// before.
/// </summary>
public interface IDatabasePreparation
{
    Task RunAsync(CancellationToken stop);
}
