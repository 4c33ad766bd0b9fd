using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Payments;

/// <summary>A customer tops up their wallet.</summary>
internal static class ChargeWallet
{
    public const long ExampleAmount = 400_000;

    private const string Operation = "charge-wallet";

    /// <param name="Amount">In won, 1 to 10,000,000.</param>
    internal sealed record ChargeRequest(long Amount);

    /// <param name="ChargeId">The entry in the wallet's statement.</param>
    /// <param name="Amount">In won.</param>
    /// <param name="Balance">After the charge, in won.</param>
    internal sealed record ChargeReceipt(long ChargeId, long Amount, long Balance);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/wallet/charges", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithName("ChargeWallet")
            .WithTags("Payments")
            .WithSummary("Top up your wallet")
            .WithDescription(
                "1 to 10,000,000 won at once, up to a balance of 1,000,000,000 won. "
                    + "No bank is asked: points are there to try things out."
            )
            .WithRequestExample(new ChargeRequest(ExampleAmount))
            .Produces<ChargeReceipt>(201)
            .WithResponseExample(201, new ChargeReceipt(17, ExampleAmount, ExampleAmount))
            .TakesIdempotencyKey()
            .Refuses(
                Problems.Validation("amount", $"must be 1 to {Wallet.MaxCharge} won"),
                Problems.IllegalState(
                    $"A wallet holds at most {Wallet.MaxBalance} won; it has {Wallet.MaxBalance}."
                )
            );

    private static async Task<IResult> Handle(
        ChargeRequest request,
        IdempotencyKey? key,
        CurrentCustomer customer,
        IdempotentRequests requests,
        AnswerWriter answers,
        PaymentsDb db,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        if (key is null)
            return Problems.IdempotencyKeyMissing();
        if (Invalid(request) is { } problem)
            return problem;

        var outcome = await requests.RunAsync(
            new IdempotencyScope(customer.Id, Operation, key.Value),
            answers.Fingerprint(request),
            async token =>
            {
                var wallet = await db.LockOrOpenWalletAsync(customer.Id, token);
                if (wallet.ClosedAt is not null)
                    return Problems.AccountDeleted();
                if (wallet.Charge(new Money(request.Amount), clock.GetUtcNow()) is not { } entry)
                {
                    return Problems.IllegalState(
                        $"A wallet holds at most {Wallet.MaxBalance} won; it has {wallet.Balance}."
                    );
                }

                db.Entries.Add(entry);
                await db.SaveChangesAsync(token);
                return Reply.Effect(
                    answers.Json(
                        201,
                        new ChargeReceipt(entry.Id, entry.AmountWon, entry.Balance.Won)
                    )
                );
            },
            stop
        );
        return outcome.Answer!;
    }

    private static Problem? Invalid(ChargeRequest request) =>
        new FieldErrors()
            .Require(
                request.Amount >= 1 && request.Amount <= Wallet.MaxCharge.Won,
                "amount",
                $"must be 1 to {Wallet.MaxCharge} won"
            )
            .ToProblem();
}
