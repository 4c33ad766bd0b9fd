using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>What a thrown exception says about the event that was being applied.</summary>
internal enum FaultKind
{
    /// <summary>The consumer cannot apply this event.</summary>
    Poison,

    /// <summary>Something that consumers depend on is away: no event is to blame.</summary>
    Outage,

    /// <summary>Two transactions got in each other's way: the same again will do.</summary>
    Conflict,
}

/// <summary>
/// The database refuses what every batch begins with, whatever is in it: away, or lacking a
/// partition of the inbox.
/// </summary>
internal sealed class InboxUnavailableException(Exception cause)
    : Exception($"The inbox is not available: {cause.Message}", cause);

/// <summary>
/// Registered by a module whose consumers use a client that Messaging does not know: which of its
/// exceptions mean an outage.
/// </summary>
public interface IOutageClassifier
{
    /// <param name="exception">Alone: what it wraps is asked about by itself.</param>
    bool IsOutage(Exception exception);
}

/// <summary>
/// Tells a poisonous event from an outage, by the exception and all that it wraps.
/// </summary>
internal sealed class ConsumerFaults(IEnumerable<IOutageClassifier> classifiers)
{
    private readonly IOutageClassifier[] _classifiers = [.. classifiers];

    public FaultKind KindOf(Exception exception)
    {
        var kind = FaultKind.Poison;
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is AggregateException { InnerExceptions.Count: > 1 } several)
                return several.InnerExceptions.Select(KindOf).Max();
            if (IsConflict(e))
                return FaultKind.Conflict;
            if (IsOutage(e))
                kind = FaultKind.Outage;
        }

        return kind;
    }

    /// <summary>
    /// What is away is the database, or something that a module's classifier knows: the host
    /// watches these.
    /// </summary>
    public bool IsWatched(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (DatabaseFaults.IsAway(e) || Array.Exists(_classifiers, c => c.IsOutage(e)))
                return true;
        }

        return false;
    }

    private static bool IsConflict(Exception e) =>
        DatabaseFaults.IsConflict(e) || DatabaseFaults.IsLockTimeout(e);

    private bool IsOutage(Exception e) =>
        e switch
        {
            InboxUnavailableException or DeadLetterUnsentException => true,
            // By an administrator, or a limit that a slow database makes everything exceed.
            PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => true,
            _ => DatabaseFaults.IsAway(e)
                || DatabaseFaults.LacksPartition(e)
                || Array.Exists(_classifiers, c => c.IsOutage(e)),
        };
}
