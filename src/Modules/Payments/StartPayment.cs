using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Security.Cryptography;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>A customer pays for a hold: by points at once, by card in two steps.</summary>
internal sealed class StartPayment(
    UnitOfWork work,
    PaymentsDb db,
    IdempotentRequests requests,
    IReservationPayments reservations,
    PayByPoints points,
    PaymentIds ids,
    Outbox outbox,
    AnswerWriter answers,
    IOptions<PaymentsOptions> options,
    IOptions<GatewayOptions> gateway,
    TimeProvider clock
)
{
    public const string Path = "/api/payments";

    private const string Operation = "start-payment";
    private const string MethodRule = "must be POINT or CARD";

    /// <param name="Method">POINT or CARD.</param>
    internal sealed record StartPaymentRequest(
        long ReservationId,
        [AllowedValues(PaymentMethods.Point, PaymentMethods.Card)] string Method
    );

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
            .WithRequestExample(
                new StartPaymentRequest(Examples.ReservationId, PaymentMethods.Point)
            )
            .Produces<PaymentView>(201)
            .WithResponseExample(
                201,
                PaymentView.Example with
                {
                    Method = PaymentMethods.Point,
                    Status = PaymentStatuses.Completed,
                    Checkout = null,
                }
            )
            .TakesIdempotencyKey()
            .WithLocation(PaymentView.PathOf(Examples.PaymentId))
            .Refuses(
                Problems.Validation("method", MethodRule),
                Problems.InsufficientBalance(balanceWon: 100_000, Examples.TotalWon),
                UnknownReservation(Examples.ReservationId),
                CannotBePaid(Examples.ReservationId),
                Problems.ReservationExpired(Examples.ReservationId),
                Problems.TooManyAtOnce()
            );

    private static async Task<IResult> Handle(
        StartPaymentRequest request,
        IdempotencyKey? key,
        CurrentCustomer customer,
        AnswerWriter answers,
        PointsWriter writer,
        HttpContext http
    )
    {
        if (key is null)
            return Problems.IdempotencyKeyMissing();
        if (Invalid(request) is { } problem)
            return problem;

        var stop = http.RequestAborted;
        var scope = new IdempotencyScope(customer.Id, Operation, key.Value);
        var fingerprint = answers.Fingerprint(request);
        if (request.Method == PaymentMethods.Point && writer.IsOn)
        {
            var order = new PointOrder(
                scope,
                fingerprint,
                request.ReservationId,
                Activity.Current?.Id
            );
            if (!writer.TryEnqueue(order, out var paid))
                return Problems.TooManyAtOnce();
            // A customer who goes away finds by the key what became of it.
            if (await paid.WaitAsync(stop) is { } answer)
                return answer;
        }

        return await http
            .RequestServices.GetRequiredService<StartPayment>()
            .StartAsync(scope, fingerprint, request, stop);
    }

    private async Task<IResult> StartAsync(
        IdempotencyScope scope,
        byte[] fingerprint,
        StartPaymentRequest request,
        CancellationToken stop
    )
    {
        // Taken before the transaction: a block of identifiers comes over a connection of its own.
        var paymentId = await ids.NextAsync(stop);
        var method = PaymentNames.Method(request.Method)!.Value;
        try
        {
            var outcome = await requests.RunAsync(
                scope,
                fingerprint,
                async token =>
                {
                    var reservation = await reservations.FindAsync(
                        request.ReservationId,
                        scope.CustomerId,
                        token
                    );
                    return reservation is null
                        ? UnknownReservation(request.ReservationId)
                        : await StartAsync(paymentId, reservation, method, token);
                },
                stop
            );
            return outcome.Answer!;
        }
        catch (DbUpdateException e) when (PaymentsDb.IsSecondAttempt(e.InnerException))
        {
            return Problems.IllegalState(
                $"Another payment of reservation {request.ReservationId} was faster."
            );
        }
    }

    private async Task<Reply> StartAsync(
        long paymentId,
        PayableReservation reservation,
        PaymentMethod method,
        CancellationToken stop
    )
    {
        var id = reservation.ReservationId;
        var extended = await reservations.ExtendAsync(id, paymentId, stop);
        if (Refusal(extended, reservation) is { } refusal)
            return refusal;
        // Whoever deletes the account waits for the lock that extending has taken, or is done.
        if (await db.IsClosedAsync(reservation.CustomerId, stop))
            return Problems.AccountDeleted();

        var live = await db
            .Payments.Where(p => p.ReservationId == id)
            .Where(p =>
                p.Status == PaymentStatus.Started
                || p.Status == PaymentStatus.Unknown
                || p.Status == PaymentStatus.Completed
            )
            .Select(p => new
            {
                p.Id,
                p.Status,
                p.Method,
            })
            .FirstOrDefaultAsync(stop);
        // Who has too few points hears of it, and may still come back from the provider.
        if (
            live is { Status: PaymentStatus.Started, Method: PaymentMethod.Card }
            && method == PaymentMethod.Point
            && !await points.ReachesAsync(reservation, stop)
        )
            return await points.PayAsync(paymentId, reservation, stop);

        if (live is not null && !(live.Method != method && await GivesWayAsync(live.Id, stop)))
        {
            return Problems.IllegalState(
                $"Payment {live.Id} of reservation {id} is {live.Status.ToWire()}."
            );
        }

        return method == PaymentMethod.Point
            ? await points.PayAsync(paymentId, reservation, stop)
            : await StartCardAsync(paymentId, reservation, stop);
    }

    /// <summary>
    /// Who went to the provider and comes back to pay in another way need not wait until the first
    /// attempt counts as abandoned, by when the hold may be over.
    /// </summary>
    private async Task<bool> GivesWayAsync(long paymentId, CancellationToken stop)
    {
        var payment = (await db.LockPaymentAsync(paymentId, stop))!;
        if (!payment.CanBeAbandoned)
            return false;

        outbox.Add(payment.Fail(PaymentSettlement.Abandoned, clock.GetUtcNow()));
        FaultPoints.AtCommit(work, FaultPoint.WayGiving, FaultPoint.WayGiven);
        await db.SaveChangesAsync(stop);
        return true;
    }

    private async Task<Reply> StartCardAsync(
        long paymentId,
        PayableReservation reservation,
        CancellationToken stop
    )
    {
        if (await db.CountDeclinesAsync(reservation, stop) >= options.Value.MaxDeclines)
        {
            return Problems.IllegalState(
                $"Cards were declined too often for reservation {reservation.ReservationId}: pay "
                    + "by points, or let it run out."
            );
        }

        // Unguessable, and unlike any other installation's: one provider may serve several.
        var orderId =
            $"payment-{paymentId}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var now = clock.GetUtcNow();
        // Extended just now: whoever pays at the provider is told no later time than the seats'.
        var extended = await reservations.FindAsync(
            reservation.ReservationId,
            reservation.CustomerId,
            stop
        );
        var (payment, started) = Payment.Start(
            paymentId,
            reservation,
            PaymentMethod.Card,
            orderId,
            now,
            abandonAt: new[] { now + options.Value.AbandonAfter, extended!.HeldUntil }.Min()
        );
        db.Payments.Add(payment);
        outbox.Add(started);
        FaultPoints.AtCommit(work, FaultPoint.PaymentOpening, FaultPoint.PaymentOpened);
        await db.SaveChangesAsync(stop);
        return Reply.Effect(Created(payment, answers, gateway.Value));
    }

    /// <summary>The answer to a payment that was started, or completed at once.</summary>
    public static RecordedAnswer Created(
        Payment payment,
        AnswerWriter answers,
        GatewayOptions gateway
    ) => answers.Json(201, PaymentView.Of(payment, gateway), PaymentView.PathOf(payment.Id));

    /// <summary>Null where Reservations did what it was told.</summary>
    public static Problem? Refusal(PinResult result, PayableReservation reservation) =>
        result switch
        {
            PinResult.Done => null,
            PinResult.Lapsed => Problems.ReservationExpired(reservation.ReservationId),
            PinResult.NotFound => UnknownReservation(reservation.ReservationId),
            _ when reservation.Status == ReservationStatuses.Expired => Problems.ReservationExpired(
                reservation.ReservationId
            ),
            _ => CannotBePaid(reservation.ReservationId),
        };

    /// <remarks>
    /// Its state was read before it was locked, and says nothing of its concert: it may be HELD
    /// while the concert's cancellation is settled.
    /// </remarks>
    private static Problem CannotBePaid(long id) =>
        Problems.IllegalState(
            $"Reservation {id} cannot be paid now: it is paid or being paid, was cancelled, or its "
                + "concert was."
        );

    private static Problem UnknownReservation(long id) =>
        Problems.NotFound("reservation", id, field: "reservationId");

    private static Problem? Invalid(StartPaymentRequest request) =>
        new FieldErrors()
            .Require(request.ReservationId > 0, "reservationId", "must be positive")
            .Require(PaymentNames.Method(request.Method) is not null, "method", MethodRule)
            .ToProblem();
}
