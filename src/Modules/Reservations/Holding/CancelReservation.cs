using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Reservations;

/// <summary>A customer gives a hold back; its seats are free at once.</summary>
internal static class CancelReservation
{
    private const string Reason = "Cancelled by the customer.";

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/reservations/{id}", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithName("CancelReservation")
            .WithTags("Reservations")
            .WithSummary("Cancel a hold")
            .WithDescription("Gives the seats back before they are paid; they are free at once.")
            .Produces(204)
            .WithParameter("id", "The reservation's id.", Examples.ReservationId)
            .Refuses(
                Problems.NotFound("reservation", Examples.ReservationId),
                Problems.IllegalState(
                    $"Reservation {Examples.ReservationId} is PAYING and cannot be cancelled."
                ),
                Problems.ReservationExpired(Examples.ReservationId)
            );

    private static async Task<IResult> Handle(
        long id,
        CurrentCustomer customer,
        ReservationStore store,
        UnitOfWork work,
        Outbox outbox,
        CancellationToken stop
    ) =>
        await work.RunAsync<IResult>(
            async token =>
            {
                var locked = await store.LockAsync([id], token);
                if (locked.Find(id) is not { } found || found.Facts.CustomerId != customer.Id)
                    return Problems.NotFound("reservation", id);
                if (Refusal(found, locked.Now) is { } problem)
                    return problem;

                outbox.Add(found.Cancel(locked.SeatsOf(found), Reason, locked.Now));
                FaultPoints.AtCommit(work, FaultPoint.HoldCancelling, FaultPoint.HoldCancelled);
                await store.SaveAsync(locked, token);
                return TypedResults.NoContent();
            },
            stop
        );

    private static Problem? Refusal(Reservation reservation, DateTimeOffset now)
    {
        if (reservation.IsHeldAt(now))
            return null;

        return reservation.HasLapsedAt(now) || reservation.Status == ReservationStatus.Expired
            ? Problems.ReservationExpired(reservation.Id)
            : Problems.IllegalState(
                $"Reservation {reservation.Id} is {StatusNames.Of(reservation.Status)} "
                    + "and cannot be cancelled."
            );
    }
}
