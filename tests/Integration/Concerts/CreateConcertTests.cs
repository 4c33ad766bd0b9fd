using System.Net;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using static ConcertReservation.Tests.Integration.Concerts.ConcertsSystem;

namespace ConcertReservation.Tests.Integration.Concerts;

internal sealed class CreateConcertTests
{
    [Test]
    public async Task a_concert_is_created_shown_and_published()
    {
        using var answer = await HostA.SendAsync(
            HttpMethod.Post,
            "/concerts",
            Organiser,
            Plan("  Night <b>& Day</b>  ", seats: 7),
            Roles.Organiser
        );

        var created = await JsonAsync(answer, HttpStatusCode.Created);
        var id = created["concertId"]!.GetValue<long>();
        answer.Headers.Location!.ToString().ShouldBe($"/api/concerts/{id}");
        created["sections"]![0]!["availableSeats"].ShouldBeNull();

        Owner.Says(id, total: 7, sold: 2);
        var shown = await ShowAsync(id);
        shown["name"]!.GetValue<string>().ShouldBe("Night <b>& Day</b>");
        shown["status"]!.GetValue<string>().ShouldBe("SCHEDULED");
        shown["totalSeats"]!.GetValue<int>().ShouldBe(7);
        shown["ticketsPerCustomer"]!.GetValue<int>().ShouldBe(4);
        shown["holdSeconds"]!.GetValue<int>().ShouldBe(300);
        shown["soldSeats"]!.GetValue<int>().ShouldBe(0);
        shown["soldOutTime"].ShouldBeNull();
        var section = shown["sections"]![0]!;
        section["price"]!.GetValue<int>().ShouldBe(1000);
        section["availableSeats"]!.GetValue<int>().ShouldBe(5);

        var told = (await PublishedAsync(id)).ShouldHaveSingleItem();
        var scheduled = told.ShouldBeOfType<ConcertScheduled>();
        scheduled.Version.ShouldBe(1);
        scheduled.StartsAt.ShouldBe(shown["startsAt"]!.GetValue<DateTimeOffset>());
        scheduled.Sections.ShouldHaveSingleItem().SeatsPerRow.ShouldBe(7);
    }

    [Test]
    public async Task what_is_wrong_is_named_and_nothing_is_created()
    {
        var before = await Database.ReadAsync<long>("SELECT count(*) FROM concerts.concerts");
        var plan = new
        {
            name = "",
            artist = new string('x', 201),
            venue = "The Hall",
            startsAt = DateTimeOffset.UtcNow.AddDays(1),
            bookingStartTime = DateTimeOffset.UtcNow.AddDays(2),
            sections = new[]
            {
                new
                {
                    name = "R",
                    price = -1,
                    rows = 1,
                    seatsPerRow = 1,
                },
                new
                {
                    name = "r",
                    price = 1,
                    rows = 0,
                    seatsPerRow = 1,
                },
            },
            ticketsPerCustomer = 9,
            holdSeconds = 9,
        };

        using var answer = await HostA.SendAsync(
            HttpMethod.Post,
            "/concerts",
            Organiser,
            plan,
            Roles.Organiser
        );

        var problem = await JsonAsync(answer, HttpStatusCode.BadRequest);
        problem["type"]!.GetValue<string>().ShouldBe("/problems/validation");
        problem["errors"]!
            .AsObject()
            .Select(e => e.Key)
            .ShouldBe(
                [
                    "name",
                    "artist",
                    "startsAt",
                    "ticketsPerCustomer",
                    "holdSeconds",
                    "sections[0].price",
                    "sections[1].name",
                    "sections[1].rows",
                ],
                ignoreOrder: true
            );
        (await Database.ReadAsync<long>("SELECT count(*) FROM concerts.concerts")).ShouldBe(before);
    }

    [Test]
    public async Task only_organisers_create()
    {
        using var customer = await HostA.SendAsync(HttpMethod.Post, "/concerts", 9, Plan());
        using var nobody = await HostA.SendAsync(HttpMethod.Post, "/concerts", body: Plan());

        customer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        nobody.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
