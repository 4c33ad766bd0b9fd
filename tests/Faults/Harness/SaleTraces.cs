namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// What a step leaves behind where it publishes no event: the state that it makes.
/// </summary>
internal static class SaleTraces
{
    public const string Paying = "a reservation that is being paid";
    public const string Unknown = "a payment that nobody knows of";
    public const string Stray = "money of a payment that has failed";
    public const string Postponed = "a refund that is tried again";
    public const string Stopped = "a concert that nobody can book any more";

    private const string PaymentsOfConcert = """
        SELECT count(*) FROM payments.payments p
        JOIN reservations.reservations r ON r.id = p.reservation_id
        WHERE r.concert_id = $1
        """;

    /// <remarks>$1 the concert.</remarks>
    public static readonly IReadOnlyDictionary<string, string> CountSql = new Dictionary<
        string,
        string
    >(StringComparer.Ordinal)
    {
        [Paying] = """
            SELECT count(*) FROM reservations.reservations
            WHERE concert_id = $1 AND status = 'PAYING'
            """,
        [Unknown] = $"{PaymentsOfConcert} AND p.status = 'UNKNOWN'",
        [Stray] = $"{PaymentsOfConcert} AND p.status = 'FAILED' AND p.open_since IS NOT NULL",
        [Postponed] = $"{PaymentsOfConcert} AND p.status = 'REFUND_REQUESTED' AND p.checks > 0",
        [Stopped] = """
            SELECT count(*) FROM reservations.concerts WHERE id = $1 AND cancelled_at IS NOT NULL
            """,
    };
}
