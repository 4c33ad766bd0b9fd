using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Notifications;

public sealed class NotificationsModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services
            .AddOptions<NotificationsOptions>()
            .BindConfiguration("Notifications")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<NotificationsOptions>, NotificationsOptionsRules>();
        services.AddModuleDatabase<NotificationsDb>("notifications");
        services.AddScoped<KnownFacts>();
        services.AddScoped<IPersonalData, PersonalDataOfNotifications>();
        services.AddScoped<MailQueueWriter>();
        services.AddScoped<MailBatch>();
        services.AddSingleton<MailSignal>();
        services.AddSingleton<MailQueue>();
        services.AddSingleton<MailHandover>();
        services.AddSingleton<WaitlistTurns>();
        services.AddSingleton<TellInOrder>();
        services.AddScoped<ReceiveBounce>();
        services.AddHostedService<DispatchMails>();
        services.AddConsumerGroup(
            "notification-service",
            typeof(WelcomeOnUserSignedUp),
            typeof(MailOnUserChanged),
            typeof(MailOnUserDeleted),
            typeof(RememberConcert),
            typeof(MailOnReservationCreated),
            typeof(MailOnReservationConfirmed),
            typeof(MailOnReservationExpired),
            typeof(MailOnReservationCancelled),
            typeof(MailOnPaymentRefunded),
            typeof(TellWaitlistOnConcertSoldOut),
            typeof(TellWaitlistOnConcertReopened)
        );
    }

    public void MapEndpoints(IEndpointRouteBuilder api)
    {
        JoinWaitlist.Map(api);
        LeaveWaitlist.Map(api);
        ListMails.Map(api);
        ResendMail.Map(api);
        ReceiveBounce.Map(api);
    }
}
