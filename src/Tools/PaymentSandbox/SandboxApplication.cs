using System.Net;
using System.Text;
using Microsoft.Extensions.Options;

namespace ConcertReservation.PaymentSandbox;

/// <summary>
/// A payment provider to try things out with, in the manner of Toss Payments: customers pay at
/// <c>/checkout</c> or <c>POST /v1/payments</c>, merchants confirm, look up and cancel under
/// <c>/v1/payments</c> with their secret key.
/// </summary>
internal static class SandboxApplication
{
    /// <summary>The watch over the settings' file would see every write below the folder.</summary>
    private const string NoReload = "--hostBuilder:reloadConfigOnChange=false";

    public static WebApplication Create(
        string[] args,
        Action<WebApplicationBuilder>? configure = null
    )
    {
        var builder = WebApplication.CreateBuilder([NoReload, .. args]);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        configure?.Invoke(builder);
        builder
            .Services.AddOptions<SandboxOptions>()
            .BindConfiguration(SandboxOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                o => Webhooks.IsAddress(o.WebhookUrl),
                $"{SandboxOptions.Section}:{nameof(SandboxOptions.WebhookUrl)} is no http address."
            )
            .ValidateOnStart();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
            json.SerializerOptions.RespectNullableAnnotations = true;
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new Ledger(
            services.GetRequiredService<IOptions<SandboxOptions>>().Value.Directory
        ));
        builder.Services.AddSingleton<FirstAnswers>();
        builder.Services.AddSingleton<Webhooks>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Webhooks>());
        builder.WebHost.ConfigureKestrel(
            (context, kestrel) =>
            {
                var options =
                    context.Configuration.GetSection(SandboxOptions.Section).Get<SandboxOptions>()
                    ?? new SandboxOptions();
                kestrel.Listen(
                    IPAddress.Parse(options.Address),
                    context.Configuration.GetValue("PORT", SandboxOptions.DefaultPort)
                );
                kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            }
        );

        var app = builder.Build();
        app.UseStatusCodePages(context =>
            Answers
                .Error(
                    context.HttpContext.Response.StatusCode,
                    "INVALID_REQUEST",
                    "The request cannot be understood; GET / tells how to."
                )
                .ExecuteAsync(context.HttpContext)
        );
        app.MapGet("/health", () => Results.Json(new { status = "up" }));
        app.MapGet("/", ShowManual);
        PayByCard.Map(app);

        var merchant = app.MapGroup("/v1/payments")
            .AddEndpointFilter(RequireSecretKey)
            .AddEndpointFilter(app.Services.GetRequiredService<FirstAnswers>().AnswerAsync);
        ConfirmCardPayment.Map(merchant);
        CancelCardPayment.Map(merchant);
        ShowCardPayment.Map(merchant);
        RegisterWebhook.Map(app).AddEndpointFilter(RequireSecretKey);
        return app;
    }

    private static IResult ShowManual() =>
        Results.Json(
            new
            {
                what = "A payment provider for trials: no real money, no real cards.",
                howTo = new[]
                {
                    "POST /v1/payments {orderId, amount, cardNumber} -> {paymentKey}, "
                        + "or open /checkout",
                    "POST /v1/payments/confirm {paymentKey, orderId, amount} takes the money",
                    "GET /v1/payments/{paymentKey}, GET /v1/payments/orders/{orderId}",
                    "POST /v1/payments/{paymentKey}/cancel {cancelReason} gives it back, "
                        + "with cancelAmount a part of it",
                    "Merchants: Authorization: Basic base64(secretKey + ':'), Idempotency-Key",
                    "Sandbox:WebhookUrl hears PAYMENT_STATUS_CHANGED, signed; "
                        + "PUT /v1/webhook {url} names another",
                },
                cards = TestCard.All.Select(card => new { number = card.Number, does = card.Does }),
            }
        );

    private static async ValueTask<object?> RequireSecretKey(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var options = context.HttpContext.RequestServices.GetRequiredService<
            IOptions<SandboxOptions>
        >();
        var credentials = Encoding.UTF8.GetBytes(options.Value.SecretKey + ":");
        var expected = "Basic " + Convert.ToBase64String(credentials);
        return context.HttpContext.Request.Headers.Authorization == expected
            ? await next(context)
            : Answers.Error(401, "UNAUTHORIZED_KEY", "The secret key is not known.");
    }
}
