namespace ConcertReservation.PaymentSandbox;

/// <summary>When an answer comes.</summary>
internal enum Coming
{
    AtOnce,
    Late,
    Never,

    /// <summary>
    /// It is decided only after a while, whether or not the merchant waits for it.
    /// </summary>
    Worked,
}

/// <summary>The provider's answers, in the form of Toss Payments.</summary>
internal static class Answers
{
    public static IResult Of(CardPayment payment) => Results.Json(Shape(payment));

    /// <summary>A payment as answers and webhooks show it.</summary>
    public static object Shape(CardPayment payment) =>
        new
        {
            version = "2022-11-16",
            paymentKey = payment.PaymentKey,
            orderId = payment.OrderId,
            status = payment.Status,
            currency = "KRW",
            method = "CARD",
            totalAmount = payment.Amount,
            balanceAmount = payment.Balance,
            requestedAt = payment.RequestedAt,
            approvedAt = payment.ApprovedAt,
            card = new { number = Masked(payment.CardNumber), amount = payment.Amount },
            failure = payment.Status == CardPayment.Aborted
                ? new { code = payment.Card.Code, message = payment.Card.Message }
                : null,
            cancels = payment.Cancels,
        };

    public static IResult Error(int status, string code, string message) =>
        Results.Json(new { code, message }, statusCode: status);

    public static IResult NotFound() =>
        Error(404, "NOT_FOUND_PAYMENT", "There is no such payment.");

    public static IResult Declined(CardPayment payment) =>
        Error(403, payment.Card.Code!, payment.Card.Message!);

    public static IResult Broken() =>
        Error(500, "FAILED_INTERNAL_SYSTEM_PROCESSING", "Something went wrong, try again.");

    private static string Masked(string number) => number[..8] + "****" + number[^4..];
}
