using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.Notifications;

/// <summary>A customer has heard enough of a concert.</summary>
internal static class LeaveWaitlist
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/concerts/{id}/waitlist", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithTags("Waitlist")
            .WithName("LeaveWaitlist")
            .WithSummary("Leave a concert's waitlist")
            .WithDescription("Leaving a list that one is not on changes nothing.")
            .Produces(204)
            .WithParameter("id", "The concert's id.", Examples.ConcertId)
            .Refuses(Problems.NotFound("concert", Examples.ConcertId));

    private static async Task<IResult> Handle(
        long id,
        CurrentCustomer customer,
        IConcertCatalogue concerts,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        if (await concerts.FindAsync(id, stop) is null)
            return Problems.NotFound("concert", id);

        await using var command = dataSource.CreateCommand(
            "DELETE FROM notifications.waitlist WHERE concert_id = $1 AND user_id = $2"
        );
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(customer.Id);
        await command.ExecuteNonQueryAsync(stop);
        return TypedResults.NoContent();
    }
}
