using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Payments;

/// <summary>A customer comes back from the provider: the money is taken now.</summary>
internal static class ConfirmPayment
{
    public const int MaxPaymentKeyLength = 200;

    private const string Operation = "confirm-payment";

    /// <param name="PaymentKey">What the provider gave when the customer paid there.</param>
    internal sealed record ConfirmPaymentRequest(string PaymentKey);

    public static string PathOf(long paymentId) => $"/api/payments/{paymentId}/confirm";

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/payments/{id:long}/confirm", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithName("ConfirmPayment")
            .WithTags("Payments")
            .WithSummary("Confirm a card payment")
            .WithDescription(
                "The seats are pinned and the provider is asked to take the money: 200 "
                    + "COMPLETED, 402 declined (the hold is yours again), or 202 while the "
                    + "provider's answer is missing: look at the payment until it is final, "
                    + "or send the same request again."
            )
            .WithRequestExample(new ConfirmPaymentRequest("pk_5JmB0oQ2vX8rTzLw"))
            .Produces<PaymentView>()
            .Produces<PaymentView>(202)
            .WithResponseExample(
                200,
                PaymentView.Example with
                {
                    Status = "COMPLETED",
                    Checkout = null,
                }
            )
            .WithResponseExample(
                202,
                PaymentView.Example with
                {
                    Status = "UNKNOWN",
                    Checkout = null,
                }
            )
            .TakesIdempotencyKey()
            .Refuses(400, "validation")
            .Refuses(401, "not-signed-in")
            .Refuses(403, "forbidden")
            .Refuses(402, "payment-declined")
            .Refuses(404, "not-found")
            .Refuses(409, "illegal-state", "reservation-expired");

    private static async Task<IResult> Handle(
        long id,
        ConfirmPaymentRequest request,
        IdempotencyKey? key,
        CurrentCustomer customer,
        IdempotentRequests requests,
        AnswerWriter answers,
        PaymentConfirmation confirmation,
        CancellationToken stop
    )
    {
        if (key is null)
            return Problems.IdempotencyKeyMissing();
        if (Invalid(request) is { } problem)
            return problem;

        var scope = new IdempotencyScope(customer.Id, Operation, key.Value);
        var outcome = await requests.RunAsync(
            scope,
            answers.Fingerprint(new { id, request.PaymentKey }),
            token => confirmation.BeginAsync(id, customer.Id, request.PaymentKey, token),
            stop
        );
        if (outcome.Answer is { } answer)
            return answer;

        // An earlier request began it. Whether that one still runs or its host died,
        // nobody can tell from here: so the repeat waits briefly for the outcome, and
        // then shows the payment as it is.
        if (!outcome.IsOpen && await confirmation.AskAsync(id) is { } settled)
            return settled;

        return await requests.AwaitAnswerAsync(scope, stop)
            ?? await confirmation.ShowAsync(id, stop);
    }

    private static Problem? Invalid(ConfirmPaymentRequest request) =>
        new FieldErrors()
            .Require(
                request.PaymentKey is { Length: > 0 and <= MaxPaymentKeyLength } key
                    && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'),
                "paymentKey",
                $"must be 1 to {MaxPaymentKeyLength} letters, digits, _ and -"
            )
            .ToProblem();
}
