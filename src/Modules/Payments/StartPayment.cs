using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcertReservation.Payments;

/// <summary>A customer pays for a hold: by points at once, by card in two steps.</summary>
internal static class StartPayment
{
    public const string Path = "/api/payments";

    private const string Operation = "start-payment";

    /// <param name="Method">POINT or CARD.</param>
    internal sealed record StartPaymentRequest(long ReservationId, string Method);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/payments", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithName("StartPayment")
            .WithTags("Payments")
            .WithSummary("Pay for a reservation")
            .WithDescription(
                "POINT takes the price from the wallet at once: COMPLETED. CARD answers STARTED "
                    + "with a checkout: open its url (or call the provider), pay there, and "
                    + "confirm with the payment key that you get. Starting extends the hold once, "
                    + "by up to two minutes. A reservation has one attempt at a time; one by card "
                    + "that is not confirmed yet gives way to points."
            )
            .WithRequestExample(new StartPaymentRequest(PaymentView.Example.ReservationId, "POINT"))
            .Produces<PaymentView>(201)
            .WithResponseExample(201, PaymentView.Example)
            .TakesIdempotencyKey()
            .Refuses(400, "validation")
            .Refuses(401, "not-signed-in")
            .Refuses(403, "forbidden")
            .Refuses(402, "insufficient-balance")
            .Refuses(404, "not-found")
            .Refuses(409, "illegal-state", "reservation-expired");

    private static async Task<IResult> Handle(
        StartPaymentRequest request,
        IdempotencyKey? key,
        CurrentCustomer customer,
        IdempotentRequests requests,
        [FromServices] IReservationPayments reservations,
        PaymentStarter starter,
        PaymentIds ids,
        AnswerWriter answers,
        CancellationToken stop
    )
    {
        if (key is null)
            return Problems.IdempotencyKeyMissing();
        if (Invalid(request) is { } problem)
            return problem;

        // Taken before the transaction: a block of identifiers comes over a connection of its own.
        var paymentId = await ids.NextAsync(stop);
        var method = PaymentNames.Method(request.Method)!.Value;
        try
        {
            var outcome = await requests.RunAsync(
                new IdempotencyScope(customer.Id, Operation, key.Value),
                answers.Fingerprint(request),
                async token =>
                {
                    var reservation = await reservations.FindAsync(
                        request.ReservationId,
                        customer.Id,
                        token
                    );
                    return reservation is null
                        ? Problems.NotFound("reservation", request.ReservationId)
                        : await starter.StartAsync(paymentId, reservation, method, token);
                },
                stop
            );
            return outcome.Answer!;
        }
        catch (DbUpdateException e) when (IsSecondAttempt(e))
        {
            return Problems.IllegalState(
                $"Another payment of reservation {request.ReservationId} was faster."
            );
        }
    }

    private static Problem? Invalid(StartPaymentRequest request) =>
        new FieldErrors()
            .Require(request.ReservationId > 0, "reservationId", "must be positive")
            .Require(
                PaymentNames.Method(request.Method) is not null,
                "method",
                "must be POINT or CARD"
            )
            .ToProblem();

    private static bool IsSecondAttempt(DbUpdateException exception) =>
        exception.InnerException
            is PostgresException
            {
                SqlState: PostgresErrorCodes.UniqueViolation,
                ConstraintName: "payments_live"
            };
}
