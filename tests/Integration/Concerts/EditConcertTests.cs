using System.Net;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using static ConcertReservation.Tests.Integration.Concerts.ConcertsSystem;

namespace ConcertReservation.Tests.Integration.Concerts;

internal sealed class EditConcertTests
{
    private const long AnotherOrganiser = 2;
    private const long AnOperator = 3;

    [Test]
    public async Task a_concert_that_is_not_there_is_not_found()
    {
        using var shown = await HostA.SendAsync(HttpMethod.Get, "/concerts/999999999");
        using var edited = await EditAsync(999_999_999, Edit());
        using var cancelled = await CancelAsync(999_999_999);

        shown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        edited.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        cancelled.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task texts_and_times_are_edited_and_only_the_change_is_told()
    {
        var id = await CreateAsync(Plan());
        var start = (await ShowAsync(id))["startsAt"]!.GetValue<DateTimeOffset>();
        var booking = (await ShowAsync(id))["bookingStartTime"]!.GetValue<DateTimeOffset>();

        using var answer = await EditAsync(id, Edit("Nights", start.AddHours(1), booking));
        using var again = await EditAsync(id, Edit("Nights", start.AddHours(1), booking));

        var edited = await JsonAsync(answer, HttpStatusCode.OK);
        edited["name"]!.GetValue<string>().ShouldBe("Nights");
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        var told = (await PublishedAsync(id)).Skip(1).ShouldHaveSingleItem();
        var changed = told.ShouldBeOfType<ConcertChanged>();
        changed.ConcertName.ShouldBe("Nights");
        changed.StartsAt.ShouldBe(start.AddHours(1));
        changed.BookingStartTime.ShouldBeNull();
        changed.Artist.ShouldBeNull();
    }

    [Test]
    public async Task times_stand_when_booking_has_started_and_texts_do_not()
    {
        var booking = new DateTimeOffset(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);
        var start = new DateTimeOffset(2029, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var id = await CreateAsync(Plan(bookingStartTime: booking, startsAt: start));

        using var moved = await EditAsync(
            id,
            Edit("Night", start.AddDays(1), DateTimeOffset.UtcNow.AddDays(1))
        );
        using var delayed = await EditAsync(id, Edit("Night", start.AddHours(1), booking));
        using var renamed = await EditAsync(id, Edit("Nights", start, booking));

        moved.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var problem = await JsonAsync(delayed, HttpStatusCode.Conflict);
        problem["detail"]!.GetValue<string>().ShouldContain("times stand from ten minutes before");
        renamed.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task booking_is_not_moved_into_the_next_ten_minutes()
    {
        var id = await CreateAsync(Plan());
        var start = (await ShowAsync(id))["startsAt"]!.GetValue<DateTimeOffset>();

        using var answer = await EditAsync(
            id,
            Edit("Night", start, DateTimeOffset.UtcNow.AddMinutes(9))
        );

        var problem = await JsonAsync(answer, HttpStatusCode.BadRequest);
        problem["errors"]!.AsObject().ShouldHaveSingleItem().Key.ShouldBe("bookingStartTime");
    }

    [Test]
    public async Task only_its_organiser_and_operators_edit_and_cancel()
    {
        var id = await CreateAsync(Plan());

        using var edited = await EditAsync(id, Edit(), AnotherOrganiser, Roles.Organiser);
        using var cancelled = await CancelAsync(id, AnotherOrganiser, Roles.Organiser);
        using var customer = await CancelAsync(id, 9, Roles.Customer);
        using var byOperator = await CancelAsync(id, AnOperator, Roles.Operator);

        edited.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        cancelled.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        customer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        byOperator.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task of_many_cancellations_over_two_hosts_one_succeeds()
    {
        var id = await CreateAsync(Plan());

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    AnyHost(i)
                        .SendAsync(
                            HttpMethod.Delete,
                            $"/concerts/{id}?reason=The%20singer%20is%20ill",
                            Organiser,
                            roles: Roles.Organiser
                        )
                )
        );

        answers.Count(a => a.StatusCode == HttpStatusCode.NoContent).ShouldBe(1);
        answers.Count(a => a.StatusCode == HttpStatusCode.Conflict).ShouldBe(7);
        var told = (await PublishedAsync(id)).Skip(1).ShouldHaveSingleItem();
        told.ShouldBeOfType<ConcertCancelled>().Reason.ShouldBe("The singer is ill");
        (await ShowAsync(id))["status"]!.GetValue<string>().ShouldBe("CANCELLED");
        using var edited = await EditAsync(
            id,
            Edit(bookingStartTime: DateTimeOffset.UtcNow.AddMinutes(9))
        );
        var problem = await JsonAsync(edited, HttpStatusCode.Conflict);
        problem["detail"]!.GetValue<string>().ShouldBe($"Concert {id} is cancelled.");
    }

    private static object Edit(
        string name = "Night",
        DateTimeOffset? startsAt = null,
        DateTimeOffset? bookingStartTime = null
    ) =>
        new
        {
            name,
            artist = "The Band",
            venue = "The Hall",
            startsAt = startsAt ?? DateTimeOffset.UtcNow.AddDays(31),
            bookingStartTime = bookingStartTime ?? DateTimeOffset.UtcNow.AddDays(1),
        };

    private static Task<HttpResponseMessage> EditAsync(
        long id,
        object edit,
        long customer = Organiser,
        string role = Roles.Organiser
    ) => HostA.SendAsync(HttpMethod.Put, $"/concerts/{id}", customer, edit, role);
}
