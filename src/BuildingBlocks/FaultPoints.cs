using ConcertReservation.BuildingBlocks.Data;

namespace ConcertReservation.BuildingBlocks;

/// <summary>
/// Tells tests, and nobody else, that a <see cref="FaultPoint"/> is reached, so that a process can
/// die there and not somewhere near. In operation nobody listens, and a point is one comparison
/// with null.
/// </summary>
public static class FaultPoints
{
    private static Action<FaultPoint>? _listener;

    /// <summary>For this process from now on; null: nobody listens any more.</summary>
    public static void ListenWith(Action<FaultPoint>? listener) => _listener = listener;

    public static void Reach(FaultPoint point) => _listener?.Invoke(point);

    /// <summary>
    /// One point behind all that the transaction has to do so far, another after its commit.
    /// </summary>
    public static void AtCommit(UnitOfWork work, FaultPoint before, FaultPoint after)
    {
        if (_listener is null)
            return;

        work.BeforeCommit(_ =>
        {
            Reach(before);
            return Task.CompletedTask;
        });
        work.AfterCommit(() => Reach(after));
    }
}
