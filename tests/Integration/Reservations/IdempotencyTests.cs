using ConcertReservation.Reservations;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

internal sealed class IdempotencyTests
{
    [Test]
    public async Task the_same_request_again_gets_the_same_answer_byte_for_byte()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);
        var customer = NewCustomer();

        var first = await HostA.HoldAsync(customer, concert.Id, concert.Seats(1, 2), "key");
        var again = await HostB.HoldAsync(customer, concert.Id, concert.Seats(2, 1), "key");

        first.ShouldBeCreated().IsReplay.ShouldBeFalse();
        again.ShouldBeCreated().IsReplay.ShouldBeTrue();
        again.Body.ShouldBe(first.Body);
        again.Location.ShouldBe(first.Location);
        (await Sql.EventsAsync(first.ReservationId)).ShouldBe(["RESERVATION_CREATED"]);
    }

    [Test]
    public async Task the_answer_stays_the_same_after_the_hold_is_gone()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);
        var customer = NewCustomer();
        var first = await HostA.HoldAsync(customer, concert.Id, concert.Seats(1), "key");
        await HostA.SendAsync(HttpMethod.Delete, $"/reservations/{first.ReservationId}", customer);

        var again = await HostA.HoldAsync(customer, concert.Id, concert.Seats(1), "key");

        again.IsReplay.ShouldBeTrue();
        again.Body.ShouldBe(first.Body);
    }

    [Test]
    public async Task another_body_is_refused_even_one_that_could_be_held()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);
        var customer = NewCustomer();
        await HostA.HoldAsync(customer, concert.Id, concert.Seats(1), "key");

        var other = await HostB.HoldAsync(customer, concert.Id, concert.Seats(2), "key");

        other.ShouldBeRefused(422, "idempotency-key-reused");
    }

    [Test]
    public async Task what_was_refused_is_tried_anew()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);
        var (mina, jisoo) = (NewCustomer(), NewCustomer());
        var held = await HostA.HoldAsync(jisoo, concert.Id, concert.Seats(1));
        (await HostA.HoldAsync(mina, concert.Id, concert.Seats(1), "key")).ShouldBeRefused(
            409,
            "seat-taken"
        );
        await HostA.SendAsync(HttpMethod.Delete, $"/reservations/{held.ReservationId}", jisoo);

        var anew = await HostB.HoldAsync(mina, concert.Id, concert.Seats(1), "key");

        anew.ShouldBeCreated().IsReplay.ShouldBeFalse();
    }

    [Test]
    public async Task a_key_belongs_to_its_customer()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);

        var mine = await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1), "key");
        var yours = await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(2), "key");

        mine.ShouldBeCreated();
        yours.ShouldBeCreated().IsReplay.ShouldBeFalse();
    }

    [Test]
    public async Task a_request_without_a_key_is_refused()
    {
        var answer = await HostA.SendAsync(
            HttpMethod.Post,
            "/reservations",
            NewCustomer(),
            new { concertId = 1, seatIds = new[] { 1 } }
        );

        answer.ShouldBeRefused(400, "idempotency-key-missing");
    }

    [Test]
    public async Task a_customer_who_goes_away_finds_the_hold_by_its_key()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);
        var customer = NewCustomer();
        using var impatient = new CancellationTokenSource();

        // Another transaction has the seat for a moment: the hold cannot be
        // done before the customer leaves.
        await using (var connection = await DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT id FROM reservations.seats WHERE id = $1 FOR UPDATE";
            command.Parameters.AddWithValue(concert.Seat(1));
            await command.ExecuteScalarAsync();

            var left = HostA.HoldAsync(
                customer,
                concert.Id,
                concert.Seats(1),
                "key",
                impatient.Token
            );
            await Eventually.Until(
                "the hold waits for the seat",
                () =>
                    Sql.ScalarAsync<bool>(
                        """
                        SELECT EXISTS (SELECT FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock')
                        """
                    )
            );
            await impatient.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => left);
            await transaction.RollbackAsync();
        }

        var found = await HostB.HoldAsync(customer, concert.Id, concert.Seats(1), "key");
        found.ShouldBeCreated().IsReplay.ShouldBeTrue();
    }

    [Test]
    public async Task a_hold_whose_connection_is_lost_is_found_by_its_key_or_made_anew()
    {
        var concert = await GivenConcert.WithAsync(seats: 200);
        var holds = Enumerable
            .Range(1, 200)
            .Select(i => HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(i)))
            .ToList();

        await Sql.ExecuteAsync(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'ConcertReservation'
                AND query LIKE '%reservations.%'
            """
        );

        var answers = await Task.WhenAll(holds);
        HostA.ForgetConnections();
        HostB.ForgetConnections();
        answers.ShouldAllBe(a => a.IsCreated || a.Problem == "overloaded");
        var created = answers.Count(a => a.IsCreated);
        (
            await Sql.ScalarAsync<long>(
                "SELECT count(*) FROM reservations.reservations WHERE concert_id = $1",
                concert.Id
            )
        ).ShouldBeGreaterThanOrEqualTo(created);
        await Invariants.AreKeptAsync();
    }

    [Test]
    public async Task after_a_day_a_key_is_a_new_one_even_before_it_is_swept()
    {
        var concert = await GivenConcert.WithAsync(seats: 3);
        var (mina, jisoo) = (NewCustomer(), NewCustomer());
        var yesterday = await HostA.HoldAsync(mina, concert.Id, concert.Seats(1), "key");
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var sweep = await connection.BeginTransactionAsync();
        await Sql.TakeSweepAsync(connection, SweepKind.IdempotencyKeys);
        await Sql.ExecuteAsync(
            $"""
            UPDATE reservations.idempotency_keys SET created_at = created_at - interval '24 hours'
            WHERE customer_id = {mina}
            """
        );

        var answers = await Task.WhenAll(
            HostA.HoldAsync(mina, concert.Id, concert.Seats(2), "key"),
            HostA.HoldAsync(jisoo, concert.Id, concert.Seats(3), "key")
        );

        foreach (var answer in answers)
            answer.ShouldBeCreated().IsReplay.ShouldBeFalse();
        answers[0].ReservationId.ShouldNotBe(yesterday.ReservationId);
        var again = await HostB.HoldAsync(mina, concert.Id, concert.Seats(2), "key");
        again.ShouldBeCreated().IsReplay.ShouldBeTrue();
        again.Body.ShouldBe(answers[0].Body);
    }

    [Test]
    public async Task an_answer_is_forgotten_after_a_day()
    {
        var concert = await GivenConcert.WithAsync(seats: 1, holdSeconds: 10);
        var customer = NewCustomer();
        await HostA.HoldAsync(customer, concert.Id, concert.Seats(1), "key");

        await DatabaseTime.AdvanceAsync(seconds: 24 * 3600 + 1);

        await Eventually.Until(
            "the key is forgotten",
            async () =>
                await Sql.ScalarAsync<long>(
                    "SELECT count(*) FROM reservations.idempotency_keys WHERE customer_id = $1",
                    customer
                ) == 0
        );
        (await HostA.HoldAsync(customer, concert.Id, concert.Seats(1), "key"))
            .ShouldBeCreated()
            .IsReplay.ShouldBeFalse();
    }
}
