namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>What of a history there is for a step to choose from.</summary>
internal sealed class SaleChoices(
    TestDatabase database,
    long concertId,
    IReadOnlyList<long> customers
)
{
    /// <summary>Mostly what goes on, now and then what has ended as well.</summary>
    private static bool IsOdd(Step step) => step.Which % 6 == 5;

    /// <summary>Of what is sold, only a customer has something left to choose.</summary>
    public async Task<IReadOnlyList<(long Id, long Customer)>> ReservationsAsync(Step step)
    {
        await using var command = database.DataSource.CreateCommand(
            """
            SELECT id, customer_id FROM reservations.reservations
            WHERE concert_id = $1
                AND ($2 OR status IN ('HELD', 'PAYING') OR status = 'CONFIRMED' AND $3)
            ORDER BY id
            """
        );
        command.Parameters.AddWithValue(concertId);
        command.Parameters.AddWithValue(IsOdd(step));
        command.Parameters.AddWithValue(step.Act == Act.GiveBack);
        await using var row = await command.ExecuteReaderAsync();
        var all = new List<(long, long)>();
        while (await row.ReadAsync())
            all.Add((row.GetInt64(0), row.GetInt64(1)));
        return all;
    }

    public async Task<
        IReadOnlyList<(long Id, long Customer, string Order, long Amount)>
    > CardsAsync(Step step)
    {
        await using var command = database.DataSource.CreateCommand(
            """
            SELECT id, customer_id, order_id, amount FROM payments.payments
            WHERE customer_id = ANY ($1) AND method = 'CARD'
                AND ($2 OR status IN ('STARTED', 'UNKNOWN')) ORDER BY id
            """
        );
        command.Parameters.AddWithValue(customers.ToArray());
        command.Parameters.AddWithValue(IsOdd(step));
        await using var row = await command.ExecuteReaderAsync();
        var all = new List<(long, long, string, long)>();
        while (await row.ReadAsync())
            all.Add((row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetInt64(3)));
        return all;
    }

    /// <summary>As an operator might, by hand.</summary>
    /// <returns>The reservations that were pinned.</returns>
    public Task<IReadOnlyList<long>> LosePinsAsync() =>
        database.ReadAsync<long>(
            """
            WITH unpinned AS (
                UPDATE reservations.reservations SET status = 'HELD', payment_id = NULL
                WHERE concert_id = $1 AND status = 'PAYING'
                RETURNING id, held_until
            ), seats AS (
                UPDATE reservations.seats s SET state = 'held', held_until = unpinned.held_until
                FROM unpinned WHERE s.reservation_id = unpinned.id
            )
            SELECT id FROM unpinned
            """,
            concertId
        );
}
