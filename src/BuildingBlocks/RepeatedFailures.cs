using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.BuildingBlocks;

/// <summary>
/// How loudly work in the background tells of its failures: once, until it works again. That the
/// database is away the host says, for everybody. It does not see a statement that takes longer
/// than it may: where one does so again, and the host is answered, nobody else would tell.
/// </summary>
public sealed class RepeatedFailures(DatabaseReady database)
{
    private readonly Lock _gate = new();
    private int _count;
    private int _timeouts;
    private int _outages;
    private bool _isTold;

    /// <param name="isSaidByHost">It is nothing that the work has to tell.</param>
    /// <returns>Null where it need not be told, or not again.</returns>
    public LogLevel? Add(Exception failure, bool isSaidByHost)
    {
        lock (_gate)
        {
            _count++;
            if (_isTold)
                return null;

            if (DatabaseFaults.IsTimeout(failure))
                CountTimeout();
            _isTold = !isSaidByHost || _timeouts > 1;
            if (_isTold)
                return LogLevel.Warning;

            return _count == 1 ? LogLevel.Debug : null;
        }
    }

    /// <summary>It works.</summary>
    /// <returns>
    /// How loudly to say so: as loudly as that it did not; null where it had not failed.
    /// </returns>
    public LogLevel? End()
    {
        lock (_gate)
        {
            LogLevel? level =
                _count == 0 ? null
                : _isTold ? LogLevel.Information
                : LogLevel.Debug;
            (_count, _timeouts, _isTold) = (0, 0, false);
            return level;
        }
    }

    /// <summary>
    /// What an outage began to hold up may end only after it: that is the outage's.
    /// </summary>
    private void CountTimeout()
    {
        var isOutages = database.IsAway || database.Outages != _outages;
        (_timeouts, _outages) = (isOutages ? 0 : _timeouts + 1, database.Outages);
    }
}
