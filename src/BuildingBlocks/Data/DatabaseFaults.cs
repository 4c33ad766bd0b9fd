using System.Net.Sockets;
using Npgsql;

namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>
/// What a failure says about the database, by the exception and all that it wraps: Entity
/// Framework hides the database's own in two kinds of its own. Whatever is none of these is a
/// mistake in what was asked.
/// </summary>
public static class DatabaseFaults
{
    /// <summary>
    /// The server ended a transaction that stood still; not among Npgsql's named codes.
    /// </summary>
    private const string IdleInTransactionTimeout = "25P03";

    /// <summary>
    /// Connection exceptions, insufficient resources, operator intervention (but no cancelled
    /// statement) and system errors: classes of SQLSTATE.
    /// </summary>
    private static readonly string[] AwayClasses = ["08", "53", "57P", "58"];

    /// <summary>The database cannot be reached, is at its limits or takes no writes.</summary>
    public static bool IsAway(Exception exception) => Any(exception, IsAwayItself);

    /// <summary>
    /// A statement took longer than it may: the database stands still, or just that one is slow.
    /// </summary>
    public static bool IsTimeout(Exception exception) =>
        Any(exception, e => e is NpgsqlException { InnerException: TimeoutException });

    /// <summary>Two transactions got in each other's way: the same again will do.</summary>
    public static bool IsConflict(Exception exception) =>
        Any(
            exception,
            e =>
                StateOf(e)
                    is PostgresErrorCodes.DeadlockDetected
                        or PostgresErrorCodes.SerializationFailure
        );

    /// <summary>Somebody held a lock for longer than this one wanted to wait.</summary>
    public static bool IsLockTimeout(Exception exception) =>
        Any(exception, e => StateOf(e) == PostgresErrorCodes.LockNotAvailable);

    /// <summary>
    /// A row had no partition to go to: its table's upkeep is behind, whatever the row says.
    /// PostgreSQL has one code for that and for a check that a row fails, but names the check.
    /// </summary>
    public static bool LacksPartition(Exception exception) =>
        Any(
            exception,
            e =>
                e
                    is PostgresException
                    {
                        SqlState: PostgresErrorCodes.CheckViolation,
                        ConstraintName: null or ""
                    }
        );

    /// <summary>One of the three: nobody's mistake, and the same may do a little later.</summary>
    public static bool IsPassing(Exception exception) =>
        IsAway(exception) || IsConflict(exception) || IsLockTimeout(exception);

    private static bool IsAwayItself(Exception exception) =>
        exception switch
        {
            PostgresException { SqlState: var state } => state
                is IdleInTransactionTimeout
                    or PostgresErrorCodes.ReadOnlySqlTransaction
                || Array.Exists(AwayClasses, c => state.StartsWith(c, StringComparison.Ordinal)),
            NpgsqlException database => database.IsTransient,
            SocketException or TimeoutException => true,
            _ => false,
        };

    private static string? StateOf(Exception exception) =>
        (exception as PostgresException)?.SqlState;

    private static bool Any(Exception exception, Predicate<Exception> fits)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is AggregateException several)
                return several.InnerExceptions.Any(inner => Any(inner, fits));
            if (fits(e))
                return true;
        }

        return false;
    }
}
