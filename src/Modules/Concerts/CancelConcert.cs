using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Concerts;

/// <summary>The concert will not take place; said once, and for good.</summary>
internal static class CancelConcert
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/concerts/{id}", Handle)
            .RequireAuthorization(Roles.OrganiserOrOperator)
            .WithTags("Concerts")
            .WithName("CancelConcert")
            .WithSummary("Cancel a concert")
            .WithDescription(
                "Its organiser or an operator. Cannot be undone. "
                    + "Ticket holders are told the reason."
            )
            .Produces(204)
            .WithParameter("id", "The concert's id.", Examples.ConcertId)
            .WithParameter("reason", "Why, in the words of the organiser.", "The singer is ill.")
            .Refuses(
                Problems.Validation("reason", "must have no control characters"),
                Problems.Forbidden($"Concert {Examples.ConcertId} is another organiser's."),
                Problems.NotFound("concert", Examples.ConcertId),
                Problems.IllegalState($"Concert {Examples.ConcertId} is cancelled already.")
            );

    private static async Task<IResult> Handle(
        long id,
        CurrentCustomer customer,
        ConcertsDb db,
        UnitOfWork work,
        Outbox outbox,
        TimeProvider clock,
        CancellationToken stop,
        string? reason = null
    )
    {
        var why = (reason ?? ConcertCancelled.NoReasonGiven).Trim();
        if (
            new FieldErrors().CheckText("reason", why, Concert.MaxTextLength).ToProblem() is
            { } problem
        )
            return problem;

        return await work.RunAsync<IResult>(
            async stop =>
            {
                if (await db.LockAsync(id, stop) is not { } concert)
                    return Problems.NotFound("concert", id);
                if (!customer.IsOperator && !concert.IsOwnedBy(customer.Id))
                    return Problems.Forbidden($"Concert {id} is another organiser's.");
                if (concert.Cancel(why, clock.GetUtcNow()) is not { } cancelled)
                    return Problems.IllegalState($"Concert {id} is cancelled already.");

                outbox.Add(cancelled);
                await db.SaveChangesAsync(stop);
                return TypedResults.NoContent();
            },
            stop
        );
    }
}
