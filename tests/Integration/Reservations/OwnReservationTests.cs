using System.Net;
using System.Text.Json.Nodes;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>What customers see of their reservations, and how they give them back.</summary>
internal sealed class OwnReservationTests
{
    [TearDown]
    public Task InvariantsAreKept() => Invariants.AreKeptAsync();

    [Test]
    public async Task a_customer_sees_the_reservation_and_nobody_else_does()
    {
        var concert = await GivenConcert.WithAsync(seats: 3);
        var held = await GivenReservation.HeldAsync(concert, 1, 2);

        var own = await Get(held.Id, held.Customer);
        var others = await Get(held.Id, NewCustomer());
        var nobodys = await HostA.SendAsync(HttpMethod.Get, $"/reservations/{held.Id}");

        own.Status.ShouldBe(HttpStatusCode.OK);
        own.SeatIds.ShouldBe(concert.Seats(1, 2));
        own.Json["concertName"]!.GetValue<string>().ShouldBe($"Concert {concert.Id}");
        others.ShouldBeRefused(404, "not-found");
        nobodys.Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task reservations_are_listed_page_by_page_the_newest_first()
    {
        var concert = await GivenConcert.WithAsync(seats: 5, ticketsPerCustomer: 5);
        var customer = NewCustomer();
        var ids = new List<long>();
        for (var seat = 1; seat <= 5; seat++)
            ids.Insert(0, (await GivenReservation.HeldByAsync(customer, concert, seat)).Id);

        var seen = new List<long>();
        var cursor = "";
        while (true)
        {
            var page = await List(customer, $"?limit=2{cursor}");
            seen.AddRange(
                page.Json["items"]!.AsArray().Select(i => i!["reservationId"]!.GetValue<long>())
            );
            if (page.Json["nextCursor"] is not { } next)
                break;
            cursor = $"&cursor={next.GetValue<string>()}";
        }

        seen.ShouldBe(ids);
        (await List(NewCustomer(), "")).Json["items"]!.AsArray().Count.ShouldBe(0);
    }

    [TestCase("?limit=0", "limit")]
    [TestCase("?limit=101", "limit")]
    [TestCase("?cursor=x", "cursor")]
    [TestCase("?cursor=-1", "cursor")]
    [TestCase("?cursor=1024", "cursor")]
    public async Task bad_paging_names_its_field(string query, string field) =>
        (await List(NewCustomer(), query)).ShouldBeRefused(400, "validation").Json["errors"]!
            [field]
            .ShouldNotBeNull();

    [Test]
    public async Task until_when_it_can_be_given_back_is_shown_with_it()
    {
        var startsAt = new DateTimeOffset(2030, 5, 1, 19, 0, 0, TimeSpan.FromHours(9));
        var concert = await GivenConcert.WithAsync(seats: 4, startsAt: startsAt);
        var held = await GivenReservation.HeldAsync(concert, 1);
        var sold = await GivenReservation.SoldAsync(concert, 2);
        var paying = await GivenReservation.PinnedAsync(concert, 3);
        var given = await GivenReservation.HeldAsync(concert, 4);
        (await Delete(given.Id, given.Customer)).Status.ShouldBe(HttpStatusCode.NoContent);

        var hold = (await Get(held.Id, held.Customer)).Json;
        var listed = (await List(sold.Customer, "")).Json["items"]![0]!;

        Until(hold).ShouldBe(hold["heldUntil"]!.GetValue<DateTimeOffset>());
        Until((await Get(sold.Id, sold.Customer)).Json).ShouldBe(startsAt.AddDays(-1));
        Until(listed).ShouldBe(startsAt.AddDays(-1));
        Until((await Get(paying.Id, paying.Customer)).Json).ShouldBeNull();
        Until((await Get(given.Id, given.Customer)).Json).ShouldBeNull();
        await HostA.ReceiveAsync(paying.Failed());
    }

    [Test]
    public async Task a_cancelled_hold_is_free_at_once()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);
        var held = await GivenReservation.HeldAsync(concert, 1, 2);

        var answer = await Delete(held.Id, held.Customer);

        answer.Status.ShouldBe(HttpStatusCode.NoContent);
        (await HostB.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1, 2))).ShouldBeCreated();
        (await Sql.EventsAsync(held.Id)).ShouldBe(["RESERVATION_CREATED", "RESERVATION_CANCELLED"]);
        (await Delete(held.Id, held.Customer)).ShouldBeRefused(409, "illegal-state");
    }

    [Test]
    public async Task anothers_reservation_cannot_be_cancelled()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);
        var held = await GivenReservation.HeldAsync(concert, 1);

        (await Delete(held.Id, NewCustomer())).ShouldBeRefused(404, "not-found");
        (await Delete(999_999_999, held.Customer)).ShouldBeRefused(404, "not-found");
        (await Sql.StatusAsync(held.Id)).ShouldBe("HELD");
    }

    [Test]
    public async Task what_is_being_paid_or_has_lapsed_is_not_cancelled()
    {
        var concert = await GivenConcert.WithAsync(seats: 2, holdSeconds: 10);
        var paying = await GivenReservation.PinnedAsync(concert, 1);
        var lapsed = await GivenReservation.HeldAsync(concert, 2);
        await DatabaseTime.AdvanceAsync(seconds: 10);

        (await Delete(paying.Id, paying.Customer)).ShouldBeRefused(409, "illegal-state");
        (await Delete(lapsed.Id, lapsed.Customer)).ShouldBeRefused(409, "reservation-expired");
        (await Get(lapsed.Id, lapsed.Customer)).Json["status"]!
            .GetValue<string>()
            .ShouldBe("EXPIRED");
    }

    [Test]
    public async Task lapsed_holds_expire_once_over_two_hosts_and_give_back_only_their_own_seats()
    {
        var concert = await GivenConcert.WithAsync(seats: 60, holdSeconds: 10);
        var lapsed = new List<GivenReservation>();
        for (var seat = 1; seat <= 60; seat++)
            lapsed.Add(await GivenReservation.HeldAsync(concert, seat));

        await DatabaseTime.AdvanceAsync(seconds: 10);
        var next = await GivenReservation.HeldAsync(concert, 1);

        await Eventually.Until(
            "all lapsed holds are expired",
            async () =>
                await Sql.ScalarAsync<long>(
                    """
                    SELECT count(*) FROM reservations.reservations
                    WHERE concert_id = $1 AND status = 'EXPIRED'
                    """,
                    concert.Id
                ) == 60
        );
        foreach (var reservation in lapsed)
        {
            (await Sql.EventsAsync(reservation.Id)).ShouldBe([
                "RESERVATION_CREATED",
                "RESERVATION_EXPIRED",
            ]);
        }

        (
            await Sql.ScalarAsync<long>(
                "SELECT reservation_id FROM reservations.seats WHERE id = $1",
                concert.Seat(1)
            )
        ).ShouldBe(next.Id);
    }

    private static DateTimeOffset? Until(JsonNode reservation) =>
        reservation["cancellableUntil"]?.GetValue<DateTimeOffset>();

    private static Task<Answer> Get(long id, long customer) =>
        HostB.SendAsync(HttpMethod.Get, $"/reservations/{id}", customer);

    private static Task<Answer> List(long customer, string query) =>
        HostA.SendAsync(HttpMethod.Get, $"/reservations{query}", customer);

    private static Task<Answer> Delete(long id, long customer) =>
        HostA.SendAsync(HttpMethod.Delete, $"/reservations/{id}", customer);
}
