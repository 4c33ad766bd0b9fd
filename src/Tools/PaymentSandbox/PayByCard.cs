using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;

namespace ConcertReservation.PaymentSandbox;

/// <summary>
/// What a customer does at the provider: choose a card for an order and get a payment key. For
/// programs <c>POST /v1/payments</c>, for people <c>/checkout</c>.
/// </summary>
internal static class PayByCard
{
    /// <summary>Above the dearest reservation: eight seats at 100,000,000 won each.</summary>
    private const long MaxAmount = 1_000_000_000;

    internal sealed record CreateRequest(string OrderId, long Amount, string CardNumber);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/payments", Create);
        app.MapGet("/checkout", ShowPage);
        app.MapPost("/checkout", PayOnPage).DisableAntiforgery();
    }

    private static IResult Create(CreateRequest request, Ledger ledger, TimeProvider clock) =>
        TryCreate(request, ledger, clock, out var refusal) is { } payment
            ? Answers.Of(payment)
            : refusal!;

    private static IResult ShowPage(string? orderId, long? amount) =>
        Html(
            $"""
            <h1>{Won(amount ?? 0)}</h1>
            <p>Order <code>{Encode(orderId)}</code></p>
            <form method="post" action="/checkout">
              <input type="hidden" name="orderId" value="{Encode(orderId)}">
              <input type="hidden" name="amount" value="{amount ?? 0}">
              {string.Concat(TestCard.All.Select(CardButton))}
            </form>
            """
        );

    private static async Task<IResult> PayOnPage(
        HttpRequest http,
        Ledger ledger,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var form = await http.ReadFormAsync(stop);
        _ = long.TryParse(form["amount"], CultureInfo.InvariantCulture, out var amount);
        var request = new CreateRequest(
            form["orderId"].ToString(),
            amount,
            form["cardNumber"].ToString()
        );
        if (TryCreate(request, ledger, clock, out _) is not { } payment)
        {
            return Html(
                "<h1>Not possible</h1><p>The order, the amount or the card is not valid.</p>",
                status: 400
            );
        }

        return Html(
            $"""
            <h1>Nearly done</h1>
            <p>Nothing is paid yet: confirm order <code>{Encode(payment.OrderId)}</code> of
               {Won(payment.Amount)} with this payment key.</p>
            <p><code id="paymentKey" class="key">{Encode(payment.PaymentKey)}</code></p>
            """
        );
    }

    private static CardPayment? TryCreate(
        CreateRequest request,
        Ledger ledger,
        TimeProvider clock,
        out IResult? refusal
    )
    {
        refusal = Refusal(request, ledger);
        if (refusal is not null)
            return null;

        var payment = new CardPayment(
            "pk_" + RandomNumberGenerator.GetHexString(24, lowercase: true),
            request.OrderId,
            request.Amount,
            TestCard.Find(request.CardNumber)!.Number,
            CardPayment.InProgress,
            clock.GetUtcNow()
        );
        ledger.Add(payment);
        return payment;
    }

    private static IResult? Refusal(CreateRequest request, Ledger ledger)
    {
        var orderIdIsValid =
            request.OrderId is { Length: >= 6 and <= 64 } id
            && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '=');
        if (!orderIdIsValid)
        {
            return Answers.Error(
                400,
                "INVALID_ORDER_ID",
                "orderId must be 6 to 64 letters, digits, -, _ and =."
            );
        }

        if (request.Amount is < 1 or > MaxAmount)
            return Answers.Error(400, "INVALID_AMOUNT", "amount must be 1 to 1,000,000,000 won.");
        if (TestCard.Find(request.CardNumber) is null)
        {
            return Answers.Error(
                400,
                "INVALID_CARD_NUMBER",
                "cardNumber must be one of the test cards that GET / lists."
            );
        }

        return ledger.FindByOrder(request.OrderId) is { HadMoney: true }
            ? Answers.Error(400, "ALREADY_PROCESSED_PAYMENT", "The order is paid already.")
            : null;
    }

    private static string CardButton(TestCard card) =>
        $"""
            <button name="cardNumber" value="{card.Number}">
              <b>{Spaced(card.Number)}</b><span>{Encode(card.Does)}</span>
            </button>
            """;

    private static string Spaced(string number) =>
        string.Join(' ', number.Chunk(4).Select(digits => new string(digits)));

    private static string Won(long amount) =>
        "₩" + amount.ToString("N0", CultureInfo.InvariantCulture);

    private static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    private static IResult Html(string body, int status = 200) =>
        Results.Content(
            $$"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width">
              <title>Payment sandbox</title>
              <style>
                body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto;
                       padding: 0 1rem; color: #1b1f24; }
                button { display: flex; justify-content: space-between; gap: 1rem; width: 100%;
                         font: inherit; text-align: left; padding: .8rem 1rem; margin: .5rem 0;
                         background: #f6f8fa; border: 1px solid #d0d7de; border-radius: 8px; }
                button b { white-space: nowrap; }
                button:hover, button:focus { border-color: #0550ae; }
                .key { font-size: 1.1rem; padding: .5rem .8rem; background: #f6f8fa;
                       border-radius: 8px; overflow-wrap: anywhere; }
              </style>
            </head>
            <body>
            <p>Payment sandbox: no real money, no real cards.</p>
            {{body}}
            </body>
            </html>
            """,
            "text/html; charset=utf-8",
            statusCode: status
        );
}
