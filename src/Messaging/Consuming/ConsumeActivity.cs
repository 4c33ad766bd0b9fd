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
        if (
            parent is null
            || !ActivityContext.TryParse(parent, null, isRemote: true, out var context)
        )
            return null;

        var name = $"{group} {received.EventType}";
        // Where nobody records this trace, it still goes on to what the consumer publishes.
        return Recorded(name, context, group, received)
            ?? new Activity(name).SetParentId(parent).Start();
    }

    /// <summary>null unless somebody records it.</summary>
    public static Activity? StartRecorded(string group, ReceivedEvent received) =>
        ActivityContext.TryParse(
            received.Record.Header("traceparent"),
            null,
            isRemote: true,
            out var context
        )
            ? Recorded($"{group} {received.EventType}", context, group, received)
            : null;

    private static Activity? Recorded(
        string name,
        ActivityContext parent,
        string group,
        ReceivedEvent received
    )
    {
        if (!MessagingTelemetry.Activities.HasListeners())
            return null;

        var activity = MessagingTelemetry.Activities.StartActivity(
            name,
            ActivityKind.Consumer,
            parent,
            links: Activity.Current is { } batch ? [new ActivityLink(batch.Context)] : null
        );
        if (activity is not { IsAllDataRequested: true })
            return activity;

        activity.SetTag("messaging.system", "kafka");
        activity.SetTag("messaging.operation.type", "process");
        activity.SetTag("messaging.consumer.group.name", group);
        activity.SetTag("messaging.destination.name", received.Record.Topic);
        activity.SetTag("messaging.destination.partition.id", received.Record.Partition);
        activity.SetTag("messaging.kafka.offset", received.Record.Offset);
        activity.SetTag("messaging.message.id", received.EventId);
        return activity;
    }
}

/// <summary>One of each event of a batch that is consumed as a whole.</summary>
internal sealed class ConsumeActivities(IReadOnlyList<Activity> activities) : IDisposable
{
    private static readonly ConsumeActivities None = new([]);

    public static ConsumeActivities Start(string group, IReadOnlyList<ReceivedEvent> events)
    {
        if (!MessagingTelemetry.Activities.HasListeners())
            return None;

        var batch = Activity.Current;
        var started = new List<Activity>(events.Count);
        foreach (var received in events)
        {
            if (ConsumeActivity.StartRecorded(group, received) is { } activity)
                started.Add(activity);
            // Each links to the batch, and none to the one before.
            Activity.Current = batch;
        }

        return new ConsumeActivities(started);
    }

    public void Dispose()
    {
        foreach (var activity in activities)
            activity.Dispose();
    }
}
