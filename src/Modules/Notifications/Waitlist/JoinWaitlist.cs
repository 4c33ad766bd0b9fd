using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.Notifications;

/// <summary>A customer wants to hear when the concert sells out and when seats come back.</summary>
internal static class JoinWaitlist
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/concerts/{id}/waitlist", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithTags("Waitlist")
            .WithName("JoinWaitlist")
            .WithSummary("Join a concert's waitlist")
            .WithDescription(
                "A mail follows when the concert is sold out, and each time that it no longer is "
                    + "because seats come back. Joining again changes nothing."
            )
            .Produces(204)
            .WithParameter("id", "The concert's id.", Examples.ConcertId)
            .Refuses(
                Problems.NotFound("concert", Examples.ConcertId),
                Problems.IllegalState($"Concert {Examples.ConcertId} is cancelled.")
            );

    private static async Task<IResult> Handle(
        long id,
        CurrentCustomer customer,
        IConcertCatalogue concerts,
        NpgsqlDataSource dataSource,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        if (await concerts.FindAsync(id, stop) is not { } concert)
            return Problems.NotFound("concert", id);
        if (concert.Status == ConcertStatuses.Cancelled)
            return Problems.IllegalState($"Concert {id} is cancelled.");
        if (concert.StartsAt <= clock.GetUtcNow())
            return Problems.IllegalState($"Concert {id} has begun.");

        await using var command = dataSource.CreateCommand(
            """
            INSERT INTO notifications.waitlist (concert_id, user_id, email, joined_at)
            VALUES ($1, $2, $3, clock.now())
            ON CONFLICT (concert_id, user_id) DO UPDATE SET email = excluded.email
            """
        );
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(customer.Id);
        command.Parameters.AddWithValue(customer.Email);
        await command.ExecuteNonQueryAsync(stop);
        return TypedResults.NoContent();
    }
}
