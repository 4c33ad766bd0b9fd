using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>Everybody at once, over two hosts.</summary>
internal sealed class ContentionTests
{
    [TearDown]
    public Task InvariantsAreKept() => Invariants.AreKeptAsync();

    [Test]
    [Repeat(5)]
    public async Task of_a_thousand_customers_at_one_seat_one_gets_it()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);

        var answers = await AtOnce(
            1000,
            i => HostOf(i).HoldAsync(NewCustomer(), concert.Id, concert.Seats(1))
        );

        answers.Count(a => a.IsCreated).ShouldBe(1);
        answers
            .Where(a => !a.IsCreated)
            .ShouldAllBe(a => a.Problem == "seat-taken" && a.SeatIds.Single() == concert.Seat(1));
    }

    [Test]
    [Repeat(50)]
    public async Task customers_who_want_overlapping_seats_get_all_or_nothing()
    {
        var concert = await GivenConcert.WithAsync(seats: 12);

        var answers = await AtOnce(
            60,
            i =>
                HostOf(i)
                    .HoldAsync(
                        NewCustomer(),
                        concert.Id,
                        concert.Seats(1 + (i % 10), 1 + ((i + 3) % 12), 1 + ((i + 7) % 12))
                    )
        );

        var held = answers.Where(a => a.IsCreated).SelectMany(a => a.SeatIds).ToList();
        held.Count.ShouldBeGreaterThan(0);
        held.ShouldBeUnique();
        answers.Where(a => !a.IsCreated).ShouldAllBe(a => a.Problem == "seat-taken");
    }

    [Test]
    [Repeat(50)]
    public async Task parallel_requests_of_one_customer_stop_at_the_limit()
    {
        var concert = await GivenConcert.WithAsync(seats: 40, ticketsPerCustomer: 4);
        var customer = NewCustomer();

        var answers = await AtOnce(
            20,
            i => HostOf(i).HoldAsync(customer, concert.Id, concert.Seats(2 * i + 1, 2 * i + 2))
        );

        answers.Count(a => a.IsCreated).ShouldBe(2);
        answers.Where(a => !a.IsCreated).ShouldAllBe(a => a.Problem == "ticket-limit");
    }

    [Test]
    [Repeat(50)]
    public async Task one_key_on_two_hosts_has_one_effect_and_one_answer()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);
        var customer = NewCustomer();

        var answers = await AtOnce(
            10,
            i => HostOf(i).HoldAsync(customer, concert.Id, concert.Seats(1), "the-same-key")
        );

        answers.ShouldAllBe(a => a.IsCreated && a.Body == answers[0].Body);
        answers.Count(a => !a.IsReplay).ShouldBe(1);
        answers.Select(a => a.Location).Distinct().Count().ShouldBe(1);
    }

    [Test]
    [Repeat(50)]
    public async Task neighbours_who_conflict_in_every_way_are_each_answered_rightly()
    {
        var concert = await GivenConcert.WithAsync(seats: 8, ticketsPerCustomer: 2);
        var (mina, jisoo) = (NewCustomer(), NewCustomer());

        var answers = await AtOnce(
            24,
            i =>
                (i % 4) switch
                {
                    0 => HostOf(i / 4).HoldAsync(mina, concert.Id, concert.Seats(1, 2), "mina"),
                    1 => HostOf(i / 4).HoldAsync(mina, concert.Id, concert.Seats(3), $"mina-{i}"),
                    2 => HostOf(i / 4).HoldAsync(jisoo, concert.Id, concert.Seats(2, 3), $"{i}"),
                    _ => HostOf(i / 4).HoldAsync(NewCustomer(), concert.Id, concert.Seats(3, 4)),
                }
        );

        answers
            .SelectMany(a => a is { IsCreated: true, IsReplay: false } ? a.SeatIds : [])
            .ShouldBeUnique();
        answers
            .Where(a => !a.IsCreated)
            .ShouldAllBe(a => a.Problem == "seat-taken" || a.Problem == "ticket-limit");
    }

    private static async Task<Answer[]> AtOnce(int count, Func<int, Task<Answer>> request) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(request));
}
