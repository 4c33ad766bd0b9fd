using System.Diagnostics;

namespace ConcertReservation.Messaging;

/// <summary>
/// Request, outbox row, relay, consumer: one trace. What the consumer publishes carries it on, with
/// or without anybody recording it.
/// </summary>
internal static class ConsumeActivity
{
    public static Activity? Start(string group, ReceivedEvent received)
    {
        var parent = received.Record.Header("traceparent");
        if (parent is null || !ActivityContext.TryParse(parent, null, out var context))
            return null;

        var name = $"{group} {received.EventType}";
        if (!MessagingTelemetry.Activities.HasListeners())
            return new Activity(name).SetParentId(parent).Start();

        var activity = MessagingTelemetry.Activities.StartActivity(
            name,
            ActivityKind.Consumer,
            context,
            links: Activity.Current is { } batch ? [new ActivityLink(batch.Context)] : null
        );
        activity?.SetTag("messaging.system", "kafka");
        activity?.SetTag("messaging.consumer.group.name", group);
        activity?.SetTag("messaging.destination.name", received.Record.Topic);
        activity?.SetTag("messaging.destination.partition.id", received.Record.Partition);
        activity?.SetTag("messaging.kafka.offset", received.Record.Offset);
        activity?.SetTag("messaging.message.id", received.EventId);
        return activity;
    }
}
