using ConcertReservation.Contracts;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// The events of a sale as the system publishes them: concerts are scheduled; each customer signs
/// up, holds, pays and gets the seats. Customers come in waves, so that events of many keys lie
/// between two of one.
/// </summary>
internal static class Sale
{
    /// <summary>Of one booking: signed up, created, started, completed, confirmed.</summary>
    public const int EventsPerBooking = 5;

    public const int Concerts = 20;

    private const int Wave = 200;
    private const int HoldSeconds = 300;
    private const long PriceWon = 154_000;
    private static readonly DateTimeOffset Start = Microseconds(DateTimeOffset.UtcNow);

    public static int EventsOf(int bookings) => Concerts + (bookings * EventsPerBooking);

    public static IEnumerable<OutboxRow> Of(int bookings)
    {
        for (var concert = 1; concert <= Concerts; concert++)
            yield return OutboxRow.From(Scheduled(concert));
        for (var first = 1; first <= bookings; first += Wave)
        {
            var wave = Enumerable.Range(first, Math.Min(Wave, bookings - first + 1)).ToArray();
            foreach (var step in (Func<int, DomainEvent>[])[SignedUp, Created, Started, Completed])
            {
                foreach (var booking in wave)
                    yield return OutboxRow.From(step(booking));
            }

            foreach (var booking in wave)
                yield return OutboxRow.From(Confirmed(booking));
        }
    }

    private static ConcertScheduled Scheduled(int concert) =>
        new()
        {
            ConcertId = concert,
            ConcertName = Name(concert),
            OccurredAt = Start,
            Version = 1,
            Artist = $"Artist {concert}",
            Venue = "Olympic Hall",
            StartsAt = Start.AddDays(30),
            BookingStartTime = Start,
            TotalSeats = 50_000,
            TicketsPerCustomer = 4,
            HoldSeconds = HoldSeconds,
            Sections =
            [
                new SectionPlan
                {
                    Name = "R",
                    Price = new Money(PriceWon),
                    Rows = 200,
                    SeatsPerRow = 250,
                },
            ],
        };

    private static UserSignedUp SignedUp(int booking) =>
        new()
        {
            UserId = booking,
            OccurredAt = At(booking, 0),
            Version = 1,
            Email = Email(booking),
            Name = $"Customer {booking}",
            Language = Languages.Korean,
        };

    private static ReservationCreated Created(int booking) =>
        new()
        {
            ReservationId = booking,
            UserId = booking,
            ConcertId = Concert(booking),
            OccurredAt = At(booking, 1),
            Version = 1,
            SeatId = Seats(booking)[0],
            SeatIds = Seats(booking),
            Amount = Amount(booking),
            UserEmail = Email(booking),
            Language = Languages.Korean,
            ConcertName = Name(Concert(booking)),
            HeldUntil = At(booking, 1).AddSeconds(HoldSeconds),
        };

    private static PaymentStarted Started(int booking) =>
        new()
        {
            PaymentId = booking,
            ReservationId = booking,
            UserId = booking,
            OccurredAt = At(booking, 2),
            Version = 1,
            Amount = Amount(booking),
            PaymentMethod = PaymentMethods.Point,
        };

    private static PaymentCompleted Completed(int booking) =>
        new()
        {
            PaymentId = booking,
            ReservationId = booking,
            UserId = booking,
            OccurredAt = At(booking, 3),
            Version = 2,
            Amount = Amount(booking),
            PaymentMethod = PaymentMethods.Point,
        };

    private static ReservationConfirmed Confirmed(int booking) =>
        new()
        {
            ReservationId = booking,
            UserId = booking,
            ConcertId = Concert(booking),
            OccurredAt = At(booking, 4),
            Version = 2,
            SeatIds = Seats(booking),
            Amount = Amount(booking),
            PaymentId = booking,
            UserEmail = Email(booking),
            Language = Languages.Korean,
            ConcertName = Name(Concert(booking)),
        };

    private static int Concert(int booking) => 1 + (booking % Concerts);

    private static string Name(int concert) => $"First snow {concert}";

    private static string Email(int booking) => $"customer-{booking}@example.com";

    /// <summary>One seat, or two beside each other.</summary>
    private static long[] Seats(int booking) =>
        booking % 2 == 0 ? [booking * 2L] : [booking * 2L, (booking * 2L) + 1];

    private static Money Amount(int booking) => new(PriceWon * Seats(booking).Length);

    private static DateTimeOffset At(int booking, int step) =>
        Start.AddMicroseconds((booking * 100L) + step);

    private static DateTimeOffset Microseconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
