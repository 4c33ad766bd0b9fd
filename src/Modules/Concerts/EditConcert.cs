using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Concerts;

/// <summary>The organiser corrects texts, or moves times while nobody waits for them yet.</summary>
internal static class EditConcert
{
    internal sealed record Request(
        string Name,
        string Artist,
        string Venue,
        DateTimeOffset StartsAt,
        DateTimeOffset BookingStartTime
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/concerts/{id}", Handle)
            .RequireAuthorization(Roles.OrganiserOrOperator)
            .WithTags("Concerts")
            .WithName("EditConcert")
            .WithSummary("Edit a concert")
            .WithDescription(
                "Its organiser or an operator. Texts at any time; times until ten "
                    + "minutes before booking starts, "
                    + "and then to a booking start at least ten minutes ahead; the "
                    + "seating plan never."
            )
            .Produces<ConcertDetails>()
            .WithParameter("id", "The concert's id.", Examples.ConcertId)
            .Refuses(
                Problems.Validation("startsAt", "must be after bookingStartTime"),
                Problems.Forbidden($"Concert {Examples.ConcertId} is another organiser's."),
                Problems.NotFound("concert", Examples.ConcertId),
                TimesStand(Examples.ConcertId, Examples.BookingStartTime)
            )
            .WithRequestExample(ConcertExamples.Edit)
            .WithResponseExample(200, ConcertExamples.Edited);

    private static async Task<IResult> Handle(
        long id,
        Request request,
        CurrentCustomer customer,
        ConcertsDb db,
        UnitOfWork work,
        Outbox outbox,
        [FromServices] ISeatInventory inventory,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var texts = new ConcertTexts(
            request.Name.Trim(),
            request.Artist.Trim(),
            request.Venue.Trim()
        );
        if (new FieldErrors().CheckTexts(texts).ToProblem() is { } problem)
            return problem;

        var times = new ConcertTimes(
            request.StartsAt.ToMicroseconds(),
            request.BookingStartTime.ToMicroseconds()
        );
        return await work.RunAsync(Edit, stop);

        async Task<IResult> Edit(CancellationToken stop)
        {
            if (await db.LockAsync(id, stop) is not { } concert)
                return Problems.NotFound("concert", id);
            if (!customer.IsOperator && !concert.IsOwnedBy(customer.Id))
                return Problems.Forbidden($"Concert {id} is another organiser's.");

            var now = clock.GetUtcNow();
            if (concert.RefusesEdit(times, now) is { } refusal)
                return Refused(concert, refusal);
            if (!concert.HasTimes(times) && CheckTimes(concert, times, now) is { } badTimes)
                return badTimes;

            if (concert.Edit(texts, times, now).Changed is { } changed)
            {
                outbox.Add(changed);
                await db.SaveChangesAsync(stop);
            }

            var seats = await inventory.FindAsync(id, stop);
            return TypedResults.Ok(ConcertDetails.Of(concert, seats));
        }
    }

    /// <summary>A move into the time that stands fixed would take customers by surprise.</summary>
    private static Problem? CheckTimes(Concert concert, ConcertTimes times, DateTimeOffset now) =>
        new FieldErrors()
            .CheckTimes(times, now)
            .Require(
                times.BookingStartTime == concert.BookingStartTime
                    || times.BookingStartTime >= now + Concert.TimesFreeze,
                "bookingStartTime",
                "can be moved to ten minutes from now at the earliest"
            )
            .ToProblem();

    private static Problem Refused(Concert concert, EditRefusal refusal) =>
        refusal == EditRefusal.Cancelled
            ? Problems.IllegalState($"Concert {concert.Id} is cancelled.")
            : TimesStand(concert.Id, concert.BookingStartTime);

    private static Problem TimesStand(long id, DateTimeOffset bookingStartTime) =>
        Problems.IllegalState(
            $"Booking of concert {id} starts at "
                + $"{bookingStartTime.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}: "
                + "its times stand from ten minutes before."
        );
}
