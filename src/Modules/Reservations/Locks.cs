namespace ConcertReservation.Reservations;

/// <summary>
/// Advisory locks of this module, held until the transaction's end. They come before row locks,
/// concerts before customers, each sorted.
/// </summary>
/// <remarks>
/// A customer's lock stands for each Idempotency-Key and each row of customer and concert:
/// both belong to one customer, and one lock is cheaper than three. Two customers who share a
/// lock only wait for each other.
/// </remarks>
internal static class Locks
{
    /// <summary>
    /// Shared by whoever makes seats live; exclusive, in passing, to see that all who did are done.
    /// </summary>
    public const string SharedConcertsSql =
        "SELECT count(pg_advisory_xact_lock_shared(727001, lock)) FROM unnest($1::int[]) AS lock";

    /// <summary>Takes those that can be had at once, and returns the others.</summary>
    public const string RefusedConcertsSql =
        "SELECT lock FROM unnest($1::int[]) AS lock "
        + "WHERE NOT pg_try_advisory_xact_lock_shared(727001, lock)";

    public const string ConcertSql = "SELECT pg_advisory_xact_lock(727001, $1)";

    /// <summary>Whoever raises or reads a customer's number of live seats.</summary>
    public const string CustomersSql =
        "SELECT count(pg_advisory_xact_lock(727002, lock)) FROM unnest($1::int[]) AS lock";

    /// <summary>Takes those that can be had at once, and returns the others.</summary>
    public const string RefusedCustomersSql =
        "SELECT lock FROM unnest($1::int[]) AS lock "
        + "WHERE NOT pg_try_advisory_xact_lock(727002, lock)";

    /// <summary>One sweeper over all hosts.</summary>
    public const string TrySweeperSql = "SELECT pg_try_advisory_xact_lock(727003, $1)";

    /// <summary>The locks of these ids, sorted, each once.</summary>
    public static int[] Of(IEnumerable<long> ids) => ids.Select(Of).Distinct().Order().ToArray();

    public static int Of(long id) => unchecked((int)id);
}
