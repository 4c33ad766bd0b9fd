using System.Buffers.Binary;
using System.Diagnostics;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Reservations;

/// <summary>
/// A customer holds one to eight seats of a concert, all or none, until a deadline.
/// </summary>
internal static class HoldSeats
{
    public const int MaxSeats = 8;

    public sealed record Request(long ConcertId, IReadOnlyList<long> SeatIds);

    /// <param name="Status">HELD.</param>
    public sealed record Response(
        long ReservationId,
        string Status,
        IReadOnlyList<long> SeatIds,
        Money TotalAmount,
        DateTimeOffset HeldUntil
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/reservations", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithName("HoldSeats")
            .WithTags("Reservations")
            .WithSummary("Hold seats")
            .WithDescription(
                "Holds one to eight seats of one concert, all or none, until the concert begins. "
                    + "Pay before heldUntil; a hold that ran out is free for the next customer at "
                    + "once."
            )
            .Produces<Response>(201)
            .WithRequestExample(new Request(Examples.ConcertId, Examples.SeatIds))
            .WithResponseExample(
                201,
                new Response(
                    Examples.ReservationId,
                    ReservationStatuses.Held,
                    Examples.SeatIds,
                    new Money(Examples.TotalWon),
                    Examples.HeldUntil
                )
            )
            .WithLocation($"/api/reservations/{Examples.ReservationId}")
            .Refuses(
                Problems.Validation("seatIds", $"must be 1 to {MaxSeats} seats"),
                Problems.NotFound("concert", Examples.ConcertId, field: "concertId"),
                Problems.NoSuchSeats(Examples.ConcertId, Examples.SeatIds),
                Problems.SeatTaken(Examples.SeatIds),
                Problems.BookingNotOpen(Examples.BookingStartTime),
                Problems.TicketLimit(Examples.TicketsPerCustomer, held: 3),
                Problems.IllegalState($"Concert {Examples.ConcertId} was cancelled."),
                Problems.TooManyAtOnce()
            )
            .TakesIdempotencyKey();

    /// <param name="body">The JSON that was stored with the hold, now or then.</param>
    public static RecordedAnswer AnswerOf(long reservationId, byte[] body) =>
        new(201, RecordedAnswer.Json, $"/api/reservations/{reservationId}", body);

    public static Problem ConcertHasBegun(long concertId, DateTimeOffset startsAt) =>
        Problems.IllegalState(
            $"Concert {concertId} began at {startsAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}."
        );

    private static async Task<IResult> Handle(
        Request request,
        IdempotencyKey? key,
        CurrentCustomer customer,
        HoldWriter writer,
        UnknownConcerts unknownConcerts,
        HttpContext http
    )
    {
        if (key is null)
            return Problems.IdempotencyKeyMissing();
        if (Check(request) is { } problem)
            return problem;

        var seatIds = request.SeatIds.Order().ToArray();
        var hold = new HoldCommand(
            customer.Id,
            customer.Email,
            key.Value,
            Fingerprint(request.ConcertId, seatIds),
            request.ConcertId,
            seatIds,
            Activity.Current?.Id
        );
        if (!writer.TryEnqueue(hold, out var answer))
            return Problems.TooManyAtOnce();

        // A customer who goes away still gets the hold, and finds it by its key: nobody is told
        // sooner for being gone.
        return await answer switch
        {
            HoldAnswer.Made made => made.Answer,
            HoldAnswer.Refused refused => refused.Problem,
            HoldAnswer.UnknownConcert => await unknownConcerts.ExplainAsync(
                request.ConcertId,
                http.RequestAborted
            ),
            var other => throw new UnreachableException($"{other} is no answer."),
        };
    }

    private static Problem? Check(Request request) =>
        new FieldErrors()
            .Require(request.ConcertId > 0, "concertId", "must be positive")
            .Require(
                request.SeatIds.Count is >= 1 and <= MaxSeats,
                "seatIds",
                $"must be 1 to {MaxSeats} seats"
            )
            .Require(request.SeatIds.All(s => s > 0), "seatIds", "must be positive")
            .Require(
                request.SeatIds.Count > MaxSeats
                    || request.SeatIds.Distinct().Count() == request.SeatIds.Count,
                "seatIds",
                "must name each seat once"
            )
            .ToProblem();

    /// <summary>The order of the seats makes no other request.</summary>
    private static byte[] Fingerprint(long concertId, long[] sortedSeatIds)
    {
        Span<byte> parts = stackalloc byte[sizeof(long) * (1 + MaxSeats)];
        BinaryPrimitives.WriteInt64LittleEndian(parts, concertId);
        for (var i = 0; i < sortedSeatIds.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(
                parts[(sizeof(long) * (i + 1))..],
                sortedSeatIds[i]
            );
        }

        return IdempotencyKey.Fingerprint(parts[..(sizeof(long) * (1 + sortedSeatIds.Length))]);
    }
}
