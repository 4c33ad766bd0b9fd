using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// How the sums change when what is known of reservations changes. Every statistic is the sum of
/// what each reservation contributes: take away what it contributed before, add what it does now.
/// </summary>
internal sealed class StatisticsChange
{
    /// <summary>By the start of the hour, UTC, and concert.</summary>
    public Dictionary<(DateTimeOffset Hour, long ConcertId), HourSums> Hours { get; } = [];
    public Dictionary<long, ConcertSums> Concerts { get; } = [];
    public Dictionary<(long CustomerId, long ConcertId), CustomerSums> Customers { get; } = [];

    /// <summary>Bookings by customer and hour of the Korean day.</summary>
    public Dictionary<(long CustomerId, int HourOfDay), long> CustomerHours { get; } = [];

    public void Add(ReservationFacts facts) => Count(facts, +1);

    public void TakeAway(ReservationFacts facts) => Count(facts, -1);

    /// <param name="by">+1 or -1: every contribution is multiplied by it.</param>
    private void Count(ReservationFacts facts, int by)
    {
        var (seats, amount) = (by * facts.Seats, by * (facts.Amount ?? 0));
        var (soldSeats, earned) = facts.IsSold ? (seats, amount) : (0, 0);
        var returned = facts.Confirmed is not null;

        AtHour(facts.Created, new() { Bookings = by, SeatsBooked = seats });
        AtHour(
            facts.Confirmed,
            new()
            {
                Confirmations = by,
                SeatsSold = seats,
                Revenue = amount,
            }
        );
        AtHour(facts.Expired, new() { Expiries = by });
        AtHour(
            facts.Cancelled,
            new()
            {
                Cancellations = by,
                SeatsReturned = returned ? seats : 0,
                Refunds = returned ? amount : 0,
            }
        );

        Concerts[facts.ConcertId] =
            Concerts.GetValueOrDefault(facts.ConcertId)
            + new ConcertSums(
                Bookings: IfKnown(facts.Created),
                Confirmations: IfKnown(facts.Confirmed),
                Expiries: IfKnown(facts.Expired),
                Cancellations: IfKnown(facts.Cancelled),
                HeldSeats: facts.IsHeld ? seats : 0,
                SoldSeats: soldSeats,
                Revenue: earned
            );

        var customer = (facts.CustomerId, facts.ConcertId);
        Customers[customer] =
            Customers.GetValueOrDefault(customer)
            + new CustomerSums(
                Bookings: IfKnown(facts.Created),
                Confirmations: IfKnown(facts.Confirmed),
                Seats: soldSeats,
                Spend: earned
            );

        if (facts.Created is { } created)
        {
            var hour = (facts.CustomerId, KoreanTime.Of(created.At).Hour);
            CustomerHours[hour] = CustomerHours.GetValueOrDefault(hour) + by;
        }

        int IfKnown(Fact? fact) => fact is null ? 0 : by;

        void AtHour(Fact? fact, HourSums sums)
        {
            if (fact is not { } happened)
                return;

            var time = happened.At.UtcDateTime;
            var hour = new DateTimeOffset(time.Date.AddHours(time.Hour), TimeSpan.Zero);
            var place = (hour, facts.ConcertId);
            Hours[place] = Hours.GetValueOrDefault(place) + sums;
        }
    }
}

/// <summary>What happened in one hour of one concert; money in won.</summary>
internal readonly record struct HourSums(
    long Bookings,
    long SeatsBooked,
    long Confirmations,
    long SeatsSold,
    long Revenue,
    long Expiries,
    long Cancellations,
    long SeatsReturned,
    long Refunds
)
{
    public static HourSums operator +(HourSums a, HourSums b) =>
        new(
            a.Bookings + b.Bookings,
            a.SeatsBooked + b.SeatsBooked,
            a.Confirmations + b.Confirmations,
            a.SeatsSold + b.SeatsSold,
            a.Revenue + b.Revenue,
            a.Expiries + b.Expiries,
            a.Cancellations + b.Cancellations,
            a.SeatsReturned + b.SeatsReturned,
            a.Refunds + b.Refunds
        );
}

/// <summary>A concert's sums: what ever happened, and what is held, sold and earned now.</summary>
internal readonly record struct ConcertSums(
    long Bookings,
    long Confirmations,
    long Expiries,
    long Cancellations,
    long HeldSeats,
    long SoldSeats,
    long Revenue
)
{
    public static ConcertSums operator +(ConcertSums a, ConcertSums b) =>
        new(
            a.Bookings + b.Bookings,
            a.Confirmations + b.Confirmations,
            a.Expiries + b.Expiries,
            a.Cancellations + b.Cancellations,
            a.HeldSeats + b.HeldSeats,
            a.SoldSeats + b.SoldSeats,
            a.Revenue + b.Revenue
        );
}

/// <summary>
/// A customer's sums at one concert; seats and spend are those of sales that stand.
/// </summary>
internal readonly record struct CustomerSums(
    long Bookings,
    long Confirmations,
    long Seats,
    long Spend
)
{
    public static CustomerSums operator +(CustomerSums a, CustomerSums b) =>
        new(
            a.Bookings + b.Bookings,
            a.Confirmations + b.Confirmations,
            a.Seats + b.Seats,
            a.Spend + b.Spend
        );
}
