namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>What holds of every snapshot of the module's tables.</summary>
internal static class Invariants
{
    private const string SeatsWithoutTheirReservation = """
        SELECT count(*)
        FROM reservations.seats s
        LEFT JOIN reservations.reservations r ON r.id = s.reservation_id
        WHERE s.state <> 'free'
            AND (r.id IS NULL
                OR s.id <> ALL (r.seat_ids)
                OR s.concert_id <> r.concert_id
                OR (s.state, r.status) NOT IN
                    (('held', 'HELD'), ('pinned', 'PAYING'), ('sold', 'CONFIRMED'))
                OR (s.state = 'held' AND s.held_until <> r.held_until))
        """;

    private const string LiveReservationsWithoutTheirSeats = """
        SELECT count(*)
        FROM reservations.reservations r
        WHERE (r.status IN ('PAYING', 'CONFIRMED')
                OR (r.status = 'HELD' AND r.held_until > clock.now()))
            AND cardinality(r.seat_ids) <> (
                SELECT count(*) FROM reservations.seats s
                WHERE s.id = ANY (r.seat_ids) AND s.reservation_id = r.id)
        """;

    private const string ReservationsWhoseEventsHaveGaps = """
        SELECT count(*)
        FROM reservations.reservations r
        LEFT JOIN (
            SELECT key, count(DISTINCT version) AS events, max(version) AS last
            FROM messaging.outbox
            GROUP BY key
        ) told ON told.key = 'reservation-' || r.id
        WHERE told.last IS DISTINCT FROM r.version OR told.events <> r.version
        """;

    private const string CustomersBeyondTheLimit = """
        SELECT count(*)
        FROM (
            SELECT r.customer_id, sum(cardinality(r.seat_ids)) AS seats, c.tickets_per_customer
            FROM reservations.reservations r
            JOIN reservations.concerts c ON c.id = r.concert_id
            WHERE r.status IN ('PAYING', 'CONFIRMED')
                OR (r.status = 'HELD' AND r.held_until > clock.now())
            GROUP BY r.customer_id, c.id
        ) customer
        WHERE seats > tickets_per_customer
        """;

    public static async Task AreKeptAsync()
    {
        (await Sql.ScalarAsync<long>(SeatsWithoutTheirReservation)).ShouldBe(
            0,
            nameof(SeatsWithoutTheirReservation)
        );
        (await Sql.ScalarAsync<long>(LiveReservationsWithoutTheirSeats)).ShouldBe(
            0,
            nameof(LiveReservationsWithoutTheirSeats)
        );
        (await Sql.ScalarAsync<long>(ReservationsWhoseEventsHaveGaps)).ShouldBe(
            0,
            nameof(ReservationsWhoseEventsHaveGaps)
        );
        (await Sql.ScalarAsync<long>(CustomersBeyondTheLimit)).ShouldBe(
            0,
            nameof(CustomersBeyondTheLimit)
        );
    }
}
