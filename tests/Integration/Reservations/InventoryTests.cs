using System.Text.Json.Nodes;
using ConcertReservation.Contracts;
using ConcertReservation.Reservations;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>What the concerts' and customers' events make of the inventory.</summary>
internal sealed class InventoryTests
{
    [Test]
    public async Task a_hundred_thousand_seats_are_built_at_once()
    {
        var concert = await GivenConcert.WithAsync(seats: 100_000);

        var answer = await HostA.HoldAsync(
            NewCustomer(),
            concert.Id,
            concert.Seats(1, 50_000, 100_000)
        );

        answer.ShouldBeCreated();
        var seats = await HostA.AskAsync<ISeatInventory, SeatSummary?>(i =>
            i.FindAsync(concert.Id, CancellationToken.None)
        );
        seats!.Sections.Sum(s => s.Total).ShouldBe(100_000);
        seats.Available.ShouldBe(99_997);
    }

    [Test]
    public async Task a_plan_told_twice_is_built_once()
    {
        var scheduled = GivenConcert.Scheduled(NewConcert());

        await HostA.ReceiveAsync(scheduled, scheduled);
        await HostB.ReceiveAsync(scheduled);

        (
            await Sql.ScalarAsync<long>(
                "SELECT count(*) FROM reservations.seats WHERE concert_id = $1",
                scheduled.ConcertId
            )
        ).ShouldBe(scheduled.TotalSeats);
    }

    [Test]
    public async Task a_plan_that_does_not_add_up_is_refused()
    {
        var wrong = GivenConcert.Scheduled(NewConcert()) with { TotalSeats = 3 };

        await Should.ThrowAsync<InvalidOperationException>(() => HostA.ReceiveAsync(wrong));
    }

    [Test]
    public async Task a_changed_concert_is_held_by_its_new_time_and_name()
    {
        var concert = await GivenConcert.WithAsync(
            seats: 2,
            bookingStartTime: DateTimeOffset.UtcNow.AddYears(1)
        );
        await HostA.ReceiveAsync(
            Change(concert, version: 3, "New name", DateTimeOffset.UtcNow.AddDays(-1)),
            Change(concert, version: 2, "Old name", DateTimeOffset.UtcNow.AddYears(2))
        );

        var answer = await HostB.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1));

        answer.ShouldBeCreated();
        (await Sql.LastEventAsync(answer.ReservationId)).ShouldContain("New name");
    }

    [Test]
    public async Task events_speak_the_language_of_the_customer()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);
        var customer = NewCustomer();
        await HostA.ReceiveAsync(
            new UserSignedUp
            {
                OccurredAt = DateTimeOffset.UtcNow,
                Version = 1,
                UserId = customer,
                Email = "mina@example.com",
                Name = "Mina",
                Language = "en",
            }
        );

        var answer = await HostB.HoldAsync(customer, concert.Id, concert.Seats(1));

        var told = JsonNode.Parse(await Sql.LastEventAsync(answer.ReservationId))!;
        told["language"]!.GetValue<string>().ShouldBe("en");
    }

    [Test]
    public async Task a_cancelled_concert_ends_what_is_held_and_gives_back_what_is_sold()
    {
        var concert = await GivenConcert.WithAsync(seats: 6);
        var held = await GivenReservation.HeldAsync(concert, 1);
        var sold = await GivenReservation.SoldAsync(concert, 2, 3);
        var paying = await GivenReservation.PinnedAsync(concert, 4);

        await HostA.ReceiveAsync(Cancelled(concert));

        await ShouldBecome(held.Id, "CANCELLED");
        await ShouldBecome(sold.Id, "CANCELLED");
        (await Sql.StatusAsync(paying.Id)).ShouldBe("PAYING");
        var told = JsonNode.Parse(await Sql.LastEventAsync(sold.Id))!;
        told["wasConfirmed"]!.GetValue<bool>().ShouldBeTrue();
        told["paymentId"]!.GetValue<long>().ShouldBe(sold.PaymentId);
        told["reason"]!.GetValue<string>().ShouldBe("The singer is ill.");
        (await HostB.HoldAsync(NewCustomer(), concert.Id, concert.Seats(6))).ShouldBeRefused(
            409,
            "illegal-state"
        );
        await Invariants.AreKeptAsync();
    }

    [Test]
    public async Task a_payment_under_way_in_a_cancelled_concert_stands_in_nobodys_way()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);
        var held = await GivenReservation.HeldAsync(concert, 1);
        var paying = await GivenReservation.PinnedAsync(concert, 2);
        await HostA.ReceiveAsync(Cancelled(concert));
        await ShouldBecome(held.Id, "CANCELLED");

        // Somebody holds seats of this concert, or of another one with the same lock number.
        await using var hold = await DataSource.OpenConnectionAsync();
        await using var transaction = await hold.BeginTransactionAsync();
        await using var command = hold.CreateCommand();
        command.CommandText = $"SELECT pg_advisory_xact_lock_shared(727001, {concert.Id})";
        await command.ExecuteNonQueryAsync();

        await HostA
            .AskAsync<SettleCancelledConcerts, bool>(s => s.SweepAsync(CancellationToken.None))
            .WaitAsync(TimeSpan.FromSeconds(60));
        var waiting = await Sql.ScalarAsync<long>(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND classid = 727001 AND objid = $1 AND NOT granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            concert.Id
        );

        waiting.ShouldBe(0);
        (await Sql.StatusAsync(paying.Id)).ShouldBe("PAYING");
        await HostB.ReceiveAsync(paying.Failed());
    }

    [Test]
    public async Task a_payment_under_way_is_answered_before_the_concert_is_settled()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);
        var completed = await GivenReservation.PinnedAsync(concert, 1);
        var failed = await GivenReservation.PinnedAsync(concert, 2);
        await HostA.ReceiveAsync(Cancelled(concert));

        await HostB.ReceiveAsync(completed.Completed(), failed.Failed());

        await ShouldBecome(completed.Id, "CANCELLED");
        await ShouldBecome(failed.Id, "CANCELLED");
        (await Sql.EventsAsync(completed.Id)).ShouldBe([
            "RESERVATION_CREATED",
            "RESERVATION_CONFIRMATION_FAILED",
            "RESERVATION_CANCELLED",
        ]);
        (await Sql.EventsAsync(failed.Id)).ShouldBe([
            "RESERVATION_CREATED",
            "RESERVATION_CANCELLED",
        ]);
        await Eventually.Until(
            "the concert is settled",
            () =>
                Sql.ScalarAsync<bool>(
                    "SELECT is_settled FROM reservations.concerts WHERE id = $1",
                    concert.Id
                )
        );
    }

    [Test]
    [Category("Long")]
    [Repeat(20)]
    public async Task holds_that_race_with_the_cancellation_end_too()
    {
        var concert = await GivenConcert.WithAsync(seats: 60);

        var holds = Enumerable
            .Range(1, 60)
            .Select(i => HostOf(i).HoldAsync(NewCustomer(), concert.Id, concert.Seats(i)))
            .ToList();
        await HostA.ReceiveAsync(Cancelled(concert));
        await Task.WhenAll(holds);

        await Eventually.Until(
            "no reservation of the concert lives",
            async () =>
                await Sql.ScalarAsync<long>(
                    """
                    SELECT count(*) FROM reservations.reservations
                    WHERE concert_id = $1 AND status <> 'CANCELLED'
                    """,
                    concert.Id
                ) == 0
        );
        await Invariants.AreKeptAsync();
    }

    private static Task ShouldBecome(long reservationId, string status) =>
        Eventually.Until(
            $"reservation {reservationId} is {status}",
            async () => await Sql.StatusAsync(reservationId) == status
        );

    private static ConcertCancelled Cancelled(GivenConcert concert) =>
        new()
        {
            OccurredAt = DateTimeOffset.UtcNow,
            Version = 2,
            ConcertId = concert.Id,
            ConcertName = "Concert",
            Reason = "The singer is ill.",
        };

    private static ConcertChanged Change(
        GivenConcert concert,
        long version,
        string name,
        DateTimeOffset bookingStartTime
    ) =>
        new()
        {
            OccurredAt = DateTimeOffset.UtcNow,
            Version = version,
            ConcertId = concert.Id,
            ConcertName = name,
            BookingStartTime = bookingStartTime,
        };
}
