using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>A concert whose inventory is built.</summary>
internal sealed record GivenConcert(long Id, long FirstSeatId)
{
    /// <param name="number">From 1.</param>
    public long Seat(int number) => FirstSeatId + number - 1;

    /// <param name="numbers">From 1.</param>
    public IReadOnlyList<long> Seats(params IEnumerable<int> numbers) => [.. numbers.Select(Seat)];

    /// <summary>One row of seats at 50,000 won.</summary>
    public static async Task<GivenConcert> WithAsync(
        int seats,
        int holdSeconds = 300,
        int ticketsPerCustomer = 4,
        DateTimeOffset? bookingStartTime = null,
        DateTimeOffset? startsAt = null
    )
    {
        var id = ReservationsSystem.NewConcert();
        var scheduled = Scheduled(id, seats);
        await ReservationsSystem.HostA.ReceiveAsync(
            scheduled with
            {
                HoldSeconds = holdSeconds,
                TicketsPerCustomer = ticketsPerCustomer,
                BookingStartTime = bookingStartTime ?? scheduled.BookingStartTime,
                StartsAt = startsAt ?? scheduled.StartsAt,
            }
        );
        var firstSeatId = await Sql.ScalarAsync<long>(
            "SELECT first_seat_id FROM reservations.concerts WHERE id = $1",
            id
        );
        return new GivenConcert(id, firstSeatId);
    }

    public static ConcertScheduled Scheduled(long id, int seats = 2) =>
        new()
        {
            OccurredAt = DateTimeOffset.UtcNow,
            Version = 1,
            ConcertId = id,
            ConcertName = $"Concert {id}",
            Artist = "Aria",
            Venue = "Olympic Hall",
            StartsAt = DateTimeOffset.UtcNow.AddDays(30),
            BookingStartTime = DateTimeOffset.UtcNow.AddMinutes(-1),
            TotalSeats = seats,
            TicketsPerCustomer = 4,
            HoldSeconds = 300,
            Sections =
            [
                new SectionPlan
                {
                    Name = "R",
                    Price = new Money(50_000),
                    Rows = 1,
                    SeatsPerRow = seats,
                },
            ],
        };
}
