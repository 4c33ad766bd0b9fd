namespace ConcertReservation.PaymentSandbox;

/// <summary>
/// The merchant says where it hears of changes, as in a provider's console, until the sandbox ends.
/// </summary>
internal static class RegisterWebhook
{
    /// <param name="Url">Null: nowhere.</param>
    internal sealed record RegisterRequest(Uri? Url);

    public static RouteHandlerBuilder Map(IEndpointRouteBuilder app) =>
        app.MapPut("/v1/webhook", Handle);

    private static IResult Handle(RegisterRequest request, Webhooks webhooks)
    {
        if (!Webhooks.IsAddress(request.Url))
            return Answers.Error(400, "INVALID_REQUEST", "url is no http address.");

        webhooks.Url = request.Url;
        return Results.Json(new { url = request.Url });
    }
}
