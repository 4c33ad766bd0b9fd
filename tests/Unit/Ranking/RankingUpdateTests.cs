using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;
using ConcertReservation.Ranking;

namespace ConcertReservation.Tests.Unit.Ranking;

internal sealed class RankingUpdateTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 20, 15, 0, 0, TimeSpan.Zero);

    [Test]
    public void seats_count_in_the_korean_hour_and_day_of_the_booking()
    {
        var before = KoreanTime.Hour(Midnight.AddTicks(-1));

        KoreanTime.Hour(Midnight).ShouldBe(before + 1);
        KoreanTime.Day(Midnight).ShouldBe(KoreanTime.Day(Midnight.AddTicks(-1)) + 1);
        KoreanTime.Day(Midnight.AddHours(23)).ShouldBe(KoreanTime.Day(Midnight));
    }

    [Test]
    public void a_booking_counts_its_seats_and_remembers_its_hour()
    {
        var update = RankingUpdate.From(
            new ReservationCreated
            {
                OccurredAt = Midnight,
                ReservationId = 5,
                UserId = 7,
                ConcertId = 11,
                SeatId = 21,
                SeatIds = [21, 22, 23],
                Amount = new Money(1),
                UserEmail = "mina@example.com",
                Language = "ko",
                ConcertName = "Winter",
                HeldUntil = Midnight.AddMinutes(5),
            },
            version: 1
        );

        update.ShouldBe(
            new RankingUpdate("5", 1, "Winter", "11", Seats: 3, Hour: KoreanTime.Hour(Midnight))
        );
    }

    [Test]
    public void a_failed_confirmation_moves_no_seat()
    {
        // Paid twice, the sale stands; else an expiry or a cancellation has told, or will tell, the
        // end.
        var update = RankingUpdate.From(
            new ReservationConfirmationFailed
            {
                OccurredAt = Midnight,
                ReservationId = 5,
                UserId = 7,
                ConcertId = 11,
                PaymentId = 9,
                Amount = new Money(1),
                Reason = "paid already",
            },
            version: 3
        );

        update.ShouldBeNull();
    }

    [Test]
    public void a_sell_out_is_timed_from_the_start_of_booking()
    {
        var update = RankingUpdate.From(
            new ConcertSoldOut
            {
                OccurredAt = Midnight,
                ConcertId = 11,
                ConcertName = "Winter",
                BookingStartTime = Midnight,
                SoldOutTime = Midnight.AddSeconds(41.5),
                TotalSeats = 500,
            },
            version: 2
        );

        update.ShouldBe(new RankingUpdate("11", 2, "Winter", Seconds: 41.5));
    }

    [Test]
    public void equal_numbers_of_seats_share_a_rank()
    {
        RankedConcert[] top = [new(1, 9, "a"), new(8, 5, "d"), new(3, 5, "c"), new(2, 4, "b")];

        RankingAnswers
            .Ranked(top)
            .Select(r => (r.Rank, r.Concert.ConcertId))
            .ShouldBe([(1, 1), (2, 3), (2, 8), (4, 2)]);
    }
}
