using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Notifications;

/// <summary>
/// Wakes the dispatchers of this process when mails were written; those of other hosts poll.
/// </summary>
internal sealed class MailSignal : IDisposable
{
    public Signal Any { get; } = new OneSignal();

    public Signal ToWaitlists { get; } = new OneSignal();

    public void Set()
    {
        Any.Set();
        ToWaitlists.Set();
    }

    public void Dispose()
    {
        Any.Dispose();
        ToWaitlists.Dispose();
    }

    private sealed class OneSignal : Signal;
}
