using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>Wallets, payment attempts and refunds.</summary>
public sealed class PaymentsModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services.AddModuleDatabase<PaymentsDb>(PaymentsDb.Schema);
        services.AddSingleton<AnswerWriter>();
        services.AddScoped<IdempotentRequests>();
        services.AddHostedService<ForgetOldKeys>();
        services
            .AddOptions<PaymentsOptions>()
            .BindConfiguration(PaymentsOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services
            .AddOptions<GatewayOptions>()
            .BindConfiguration(GatewayOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsRules>();

        AddGateways(services);
        services.AddSingleton<PaymentIds>();
        services.AddScoped<IPersonalData, PersonalDataOfPayments>();
        services.AddScoped<StartPayment>();
        services.AddScoped<PayByPoints>();
        services.AddScoped<PayManyByPoints>();
        services.AddSingleton<PointsWriter>();
        services.AddHostedService(s => s.GetRequiredService<PointsWriter>());
        services.AddScoped<ConfirmPayment>();
        services.AddSingleton<Rechecks>();
        services.AddScoped<PaymentSettlement>();
        services.AddScoped<ReconcilePayment>();
        services.AddScoped<RefundPayment>();
        services.AddScoped<LookBackAtFailed>();
        services.AddScoped<EndedReservations>();
        services.AddHostedService<FinishPayments>();
        services.AddSingleton<PaymentMetrics>();
        services.AddHostedService<MeasureOpenPayments>();
        services.AddConsumerGroup(
            "payment-service",
            typeof(RefundOnConfirmationFailed),
            typeof(RefundOnConfirmedCancelled),
            typeof(FailOnReservationEnded)
        );
    }

    public void MapEndpoints(IEndpointRouteBuilder api)
    {
        ShowWallet.Map(api);
        ChargeWallet.Map(api);
        ListWalletEntries.Map(api);
        StartPayment.Map(api);
        ConfirmPayment.Map(api);
        ShowPayment.Map(api);
        ReceiveWebhook.Map(api);
    }

    private static void AddGateways(IServiceCollection services)
    {
        // Gateways say themselves what went wrong; a line for each request would drown that.
        services.AddHttpClient<TossGateway>().RemoveAllLoggers();
        services.AddHttpClient<StripeGateway>().RemoveAllLoggers();
        services.AddTransient<IPaymentGateway>(s =>
            ProviderOf(s) == PaymentProvider.Stripe
                ? s.GetRequiredService<StripeGateway>()
                : s.GetRequiredService<TossGateway>()
        );
        services.AddSingleton<TossWebhooks>();
        services.AddSingleton<StripeWebhooks>();
        services.AddSingleton<IWebhookReader>(s =>
            ProviderOf(s) == PaymentProvider.Stripe
                ? s.GetRequiredService<StripeWebhooks>()
                : s.GetRequiredService<TossWebhooks>()
        );
        services.AddSingleton<WebhookLimit>();
        services.AddScoped<ReceiveWebhook>();
    }

    private static PaymentProvider ProviderOf(IServiceProvider services) =>
        services.GetRequiredService<IOptions<GatewayOptions>>().Value.Provider;
}
