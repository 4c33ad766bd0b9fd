using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>A customer looks at one of their reservations.</summary>
internal static class ShowReservation
{
    private const string OwnSql = $"""
        {ReservationView.SelectSql}
        WHERE r.id = $1 AND r.customer_id = $2
        """;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/reservations/{id}", Handle)
            .RequireAuthorization()
            .WithName("ShowReservation")
            .WithTags("Reservations")
            .WithSummary("Show a reservation")
            .WithDescription("One of your own; another customer's is not found.")
            .Produces<ReservationView>(200)
            .WithResponseExample(200, ReservationView.Example)
            .WithParameter("id", "The reservation's id.", Examples.ReservationId)
            .Refuses(Problems.NotFound("reservation", Examples.ReservationId));

    private static async Task<IResult> Handle(
        long id,
        CurrentCustomer customer,
        NpgsqlDataSource dataSource,
        IOptions<ReservationsOptions> options,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(OwnSql);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(customer.Id);
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadAsync(stop)
            ? TypedResults.Ok(ReservationView.Read(reader, options.Value))
            : Problems.NotFound("reservation", id);
    }
}
