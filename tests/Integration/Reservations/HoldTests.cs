using System.Text.Json.Nodes;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

internal sealed class HoldTests
{
    [TearDown]
    public Task InvariantsAreKept() => Invariants.AreKeptAsync();

    [Test]
    public async Task seats_are_held_for_the_customer_until_a_deadline()
    {
        var concert = await GivenConcert.WithAsync(seats: 10, holdSeconds: 300);
        var before = await DatabaseTime.NowAsync();

        var answer = await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(2, 1));

        answer.ShouldBeCreated();
        answer.Location.ShouldBe($"/api/reservations/{answer.ReservationId}");
        answer.SeatIds.ShouldBe(concert.Seats(1, 2));
        answer.Json["status"]!.GetValue<string>().ShouldBe("HELD");
        answer.Json["totalAmount"]!.GetValue<long>().ShouldBe(100_000);
        var heldUntil = answer.Json["heldUntil"]!.GetValue<string>();
        heldUntil.ShouldEndWith("Z");
        answer.Json["heldUntil"]!
            .GetValue<DateTimeOffset>()
            .ShouldBeInRange(before.AddSeconds(300), before.AddSeconds(330));
    }

    [Test]
    public async Task the_event_tells_what_its_readers_need()
    {
        var concert = await GivenConcert.WithAsync(seats: 10);
        var customer = NewCustomer();

        var answer = await HostA.HoldAsync(customer, concert.Id, concert.Seats(3, 4));

        var told = JsonNode.Parse(await Sql.LastEventAsync(answer.ReservationId))!;
        told["eventType"]!.GetValue<string>().ShouldBe("RESERVATION_CREATED");
        told["userId"]!.GetValue<long>().ShouldBe(customer);
        told["concertId"]!.GetValue<long>().ShouldBe(concert.Id);
        told["seatId"]!.GetValue<long>().ShouldBe(concert.Seat(3));
        told["amount"]!.GetValue<long>().ShouldBe(100_000);
        told["userEmail"]!.GetValue<string>().ShouldBe($"customer-{customer}@example.org");
        told["language"]!.GetValue<string>().ShouldBe("ko");
        told["concertName"]!.GetValue<string>().ShouldBe($"Concert {concert.Id}");
        told["heldUntil"]!
            .GetValue<string>()
            .ShouldBe(answer.Json["heldUntil"]!.GetValue<string>());
    }

    [Test]
    public async Task taken_seats_are_named_and_nothing_of_the_request_is_held()
    {
        var concert = await GivenConcert.WithAsync(seats: 10);
        await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(2, 4));

        var answer = await HostB.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1, 2, 3, 4));

        answer.ShouldBeRefused(409, "seat-taken").SeatIds.ShouldBe(concert.Seats(2, 4));
        (await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1, 3))).ShouldBeCreated();
    }

    [Test]
    public async Task nobody_holds_a_seat_of_a_concert_that_has_begun()
    {
        var now = await DatabaseTime.NowAsync();
        var concert = await GivenConcert.WithAsync(seats: 2, startsAt: now.AddSeconds(60));
        (await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1))).ShouldBeCreated();

        await DatabaseTime.AdvanceAsync(seconds: 60);

        (await HostB.HoldAsync(NewCustomer(), concert.Id, concert.Seats(2))).ShouldBeRefused(
            409,
            "illegal-state"
        );
    }

    [Test]
    public async Task an_unknown_concert_and_unknown_seats_are_not_found()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);
        var other = await GivenConcert.WithAsync(seats: 2);

        var noConcert = await HostA.HoldAsync(NewCustomer(), 999_999, [1]);
        var noSeat = await HostA.HoldAsync(NewCustomer(), concert.Id, [concert.Seat(1), 7_777_777]);
        var othersSeat = await HostA.HoldAsync(NewCustomer(), concert.Id, other.Seats(1));

        noConcert.ShouldBeRefused(404, "not-found").Json["errors"]!["concertId"].ShouldNotBeNull();
        noSeat.ShouldBeRefused(404, "not-found").SeatIds.ShouldBe([7_777_777]);
        othersSeat.ShouldBeRefused(404, "not-found");
    }

    [Test]
    public async Task before_booking_starts_the_time_is_named()
    {
        var start = DateTimeOffset.UtcNow.AddYears(1);
        var concert = await GivenConcert.WithAsync(seats: 2, bookingStartTime: start);

        var answer = await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1));

        answer.ShouldBeRefused(409, "booking-not-open");
        answer.Json["bookingStartTime"]!
            .GetValue<DateTimeOffset>()
            .ShouldBe(start, TimeSpan.FromMilliseconds(1));
    }

    [Test]
    public async Task while_the_inventory_is_being_built_the_customer_is_asked_to_come_again()
    {
        var id = NewConcert();
        var open = DateTimeOffset.UtcNow.AddDays(-1);
        HostA.Concerts.Add(new(id, "New", "SCHEDULED", open, open.AddDays(30)));
        var later = NewConcert();
        var start = DateTimeOffset.UtcNow.AddYears(1);
        HostA.Concerts.Add(new(later, "Newer", "SCHEDULED", start, start.AddDays(30)));

        var building = await HostA.HoldAsync(NewCustomer(), id, [1]);
        var notOpen = await HostA.HoldAsync(NewCustomer(), later, [1]);
        var seats = await HostA.SendAsync(HttpMethod.Get, $"/concerts/{id}/seats");

        building.ShouldBeRefused(503, "overloaded").RetryAfter.ShouldNotBeNull();
        notOpen.ShouldBeRefused(409, "booking-not-open");
        seats.ShouldBeRefused(503, "overloaded").RetryAfter.ShouldNotBeNull();
    }

    [Test]
    public async Task the_ticket_limit_counts_what_the_customer_has()
    {
        var concert = await GivenConcert.WithAsync(seats: 10, ticketsPerCustomer: 3);
        var customer = NewCustomer();
        var tooMany = await HostA.HoldAsync(customer, concert.Id, concert.Seats(1, 2, 3, 4));

        var first = await HostA.HoldAsync(customer, concert.Id, concert.Seats(1, 2));
        var second = await HostB.HoldAsync(customer, concert.Id, concert.Seats(3, 4));
        var third = await HostB.HoldAsync(customer, concert.Id, concert.Seats(3));

        tooMany.ShouldBeRefused(409, "ticket-limit");
        first.ShouldBeCreated();
        second.ShouldBeRefused(409, "ticket-limit");
        second.Json["ticketsPerCustomer"]!.GetValue<int>().ShouldBe(3);
        second.Json["held"]!.GetValue<int>().ShouldBe(2);
        third.ShouldBeCreated();
    }

    [Test]
    public async Task a_lapsed_hold_is_free_for_the_next_customer_at_once_and_never_counts()
    {
        var concert = await GivenConcert.WithAsync(
            seats: 1,
            holdSeconds: 10,
            ticketsPerCustomer: 1
        );
        var other = await GivenConcert.WithAsync(seats: 2, holdSeconds: 10, ticketsPerCustomer: 1);
        var mina = NewCustomer();
        (await HostA.HoldAsync(mina, concert.Id, concert.Seats(1))).ShouldBeCreated();
        (await HostA.HoldAsync(mina, other.Id, other.Seats(1))).ShouldBeCreated();
        (await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1))).ShouldBeRefused(
            409,
            "seat-taken"
        );

        await DatabaseTime.AdvanceAsync(seconds: 10);

        (await HostB.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1))).ShouldBeCreated();
        (await HostB.HoldAsync(mina, other.Id, other.Seats(2))).ShouldBeCreated();
    }

    [TestCase(0, "[1]", "concertId")]
    [TestCase(1, "[]", "seatIds")]
    [TestCase(1, "[1,2,3,4,5,6,7,8,9]", "seatIds")]
    [TestCase(1, "[5,5]", "seatIds")]
    [TestCase(1, "[-5]", "seatIds")]
    public async Task bad_input_names_its_field(long concertId, string seats, string field)
    {
        var answer = await HostA.SendAsync(
            HttpMethod.Post,
            "/reservations",
            NewCustomer(),
            new JsonObject { ["concertId"] = concertId, ["seatIds"] = JsonNode.Parse(seats) },
            key: "k"
        );

        answer.ShouldBeRefused(400, "validation");
        answer.Json["errors"]![field].ShouldNotBeNull();
    }

    [Test]
    public async Task a_poisonous_neighbour_fails_alone()
    {
        var concert = await GivenConcert.WithAsync(seats: 20);
        var poison = new ConcertReservation.Reservations.HoldCommand(
            NewCustomer(),
            "no text of PostgreSQL \0",
            "key",
            new byte[32],
            concert.Id,
            concert.Seats(20),
            TraceParent: null
        );

        var poisoned = HostA.Enqueue(poison);
        var neighbours = await Task.WhenAll(
            Enumerable
                .Range(1, 19)
                .Select(i => HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(i)))
        );

        neighbours.ShouldAllBe(a => a.IsCreated);
        await Should.ThrowAsync<Npgsql.PostgresException>(() => poisoned);
        (await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(20))).ShouldBeCreated();
    }

    [Test]
    public async Task a_full_queue_answers_that_it_is_full()
    {
        await using var small = await ReservationsHost.StartAsync(
            ConnectionString,
            ("Reservations:HoldQueueCapacity", "1"),
            ("Reservations:HoldBatchSize", "1")
        );
        var concert = await GivenConcert.WithAsync(seats: 100);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(1, 100)
                .Select(i => small.HoldAsync(NewCustomer(), concert.Id, concert.Seats(i)))
        );

        answers.ShouldContain(a => a.IsCreated);
        answers
            .Where(a => !a.IsCreated)
            .ShouldAllBe(a => a.Problem == "overloaded" && a.RetryAfter != null);
        answers.ShouldContain(a => !a.IsCreated);
    }
}
