using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Reservations;

/// <summary>
/// A customer gives a hold or a paid booking back; its seats are free at once, its money returns.
/// </summary>
internal static class CancelReservation
{
    private const string Reason = "Cancelled by the customer.";

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/reservations/{id}", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithName("CancelReservation")
            .WithTags("Reservations")
            .WithSummary("Cancel a hold or a paid booking")
            .WithDescription(
                "Gives the seats back; they are free at once. A paid booking can be cancelled "
                    + "until a day before its concert, unless configured otherwise; the money goes "
                    + "back the way it came, and a mail tells when it has."
            )
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
        IOptions<ReservationsOptions> options,
        CancellationToken stop
    ) =>
        await work.RunAsync<IResult>(
            async token =>
            {
                var locked = await store.LockAsync([id], token);
                if (locked.Find(id) is not { } found || found.Facts.CustomerId != customer.Id)
                    return Problems.NotFound("reservation", id);
                var until = options.Value.CancellableUntil(locked.ConcertOf(found).StartsAt);
                if (Refusal(found, until, locked.Now) is { } problem)
                    return problem;

                var (cancelled, before, after) = Cancel(found, locked, until);
                outbox.Add(cancelled);
                FaultPoints.AtCommit(work, before, after);
                await store.SaveAsync(locked, token);
                return TypedResults.NoContent();
            },
            stop
        );

    /// <returns>What happened, and where a process may die before and after it.</returns>
    private static (ReservationCancelled, FaultPoint, FaultPoint) Cancel(
        Reservation reservation,
        LockedReservations locked,
        DateTimeOffset until
    )
    {
        var seats = locked.SeatsOf(reservation);
        return reservation.Status == ReservationStatus.Confirmed
            ? (
                reservation.CancelSale(seats, Reason, until, locked.Now),
                FaultPoint.SaleCancelling,
                FaultPoint.SaleCancelled
            )
            : (
                reservation.Cancel(seats, Reason, locked.Now),
                FaultPoint.HoldCancelling,
                FaultPoint.HoldCancelled
            );
    }

    private static Problem? Refusal(
        Reservation reservation,
        DateTimeOffset until,
        DateTimeOffset now
    )
    {
        if (reservation.IsHeldAt(now))
            return null;
        if (reservation.Status == ReservationStatus.Confirmed)
            return now < until
                ? null
                : Problems.IllegalState(
                    $"Reservation {reservation.Id} could be cancelled until {until.UtcDateTime:O}."
                );

        return reservation.HasLapsedAt(now) || reservation.Status == ReservationStatus.Expired
            ? Problems.ReservationExpired(reservation.Id)
            : Problems.IllegalState(
                $"Reservation {reservation.Id} is {StatusNames.Of(reservation.Status)} "
                    + "and cannot be cancelled."
            );
    }
}
