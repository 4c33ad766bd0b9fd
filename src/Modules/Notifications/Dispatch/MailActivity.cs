using System.Diagnostics;

namespace ConcertReservation.Notifications;

/// <summary>Sending a mail as the end of its event's trace, where that is recorded.</summary>
internal static class MailActivity
{
    private static readonly ActivitySource Activities = new("ConcertReservation.Notifications");

    /// <remarks>Never whom it goes to, nor what it says: traces go to other systems.</remarks>
    public static Activity? Start(OutgoingMail mail)
    {
        if (
            !Activities.HasListeners()
            || !ActivityContext.TryParse(mail.TraceParent, null, isRemote: true, out var parent)
        )
            return null;

        var activity = Activities.StartActivity($"mail {mail.Kind}", ActivityKind.Client, parent);
        activity?.SetTag("mail.id", mail.Id);
        activity?.SetTag("mail.attempt", mail.Attempt);
        return activity;
    }

    public static void End(Activity activity, DeliveryResult result)
    {
        activity.SetTag("mail.delivery", result.Delivery.ToString());
        // Not the reason: a server's answer may name the recipient.
        if (result.Delivery != Delivery.Sent)
            activity.SetStatus(ActivityStatusCode.Error);
    }
}
