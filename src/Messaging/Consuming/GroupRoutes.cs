using System.Runtime.InteropServices;
using ConcertReservation.Contracts;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Messaging;

/// <summary>
/// Which events a group wants, from which topics, and which consumers get them: first those that
/// take whole batches, then, event by event, the others in their order of registration. One
/// dispatcher serves one consumer type.
/// </summary>
internal sealed class GroupRoutes
{
    private static readonly Dictionary<string, object> NoHeaders = [];
    private static readonly byte[] NoBody = [];

    private readonly Dictionary<string, IReceiveEndpointDispatcher[]> _byType;
    private readonly IReceiveEndpointDispatcher[] _ofBatches;

    private GroupRoutes(
        string group,
        Dictionary<string, IReceiveEndpointDispatcher[]> byType,
        IReceiveEndpointDispatcher[] ofBatches,
        IReadOnlyList<string> topics
    )
    {
        Group = group;
        _byType = byType;
        _ofBatches = ofBatches;
        Topics = topics;
    }

    public string Group { get; }

    /// <summary>Without the prefix.</summary>
    public IReadOnlyList<string> Topics { get; }

    public static GroupRoutes Of(ConsumerGroup group, IReceiveEndpointDispatcherFactory dispatchers)
    {
        var byType = new Dictionary<string, List<IReceiveEndpointDispatcher>>(
            StringComparer.Ordinal
        );
        var ofBatches = new List<IReceiveEndpointDispatcher>();
        foreach (var subscription in group.Subscriptions)
        {
            var dispatcher = Dispatcher(group, subscription.Consumer, dispatchers);
            if (subscription.Batches)
            {
                ofBatches.Add(dispatcher);
                continue;
            }

            foreach (var known in subscription.Events)
            {
                if (!byType.TryGetValue(known.Name, out var consumers))
                    byType[known.Name] = consumers = [];
                consumers.Add(dispatcher);
            }
        }

        return new GroupRoutes(
            group.Name,
            byType.ToDictionary(t => t.Key, t => t.Value.ToArray(), StringComparer.Ordinal),
            [.. ofBatches],
            [.. group.Topics]
        );
    }

    /// <summary>Of a group without consumers, that takes records as they are.</summary>
    public static GroupRoutes None(string group, IReadOnlyList<string> topics) =>
        new(group, [], [], topics);

    /// <summary>Whether the type alone tells that no consumer of the group asks for it.</summary>
    public bool IsUnwanted(string eventType, out Reading reading)
    {
        reading = EventCatalogue.ByName.ContainsKey(eventType)
            ? Reading.NotForUs
            : Reading.UnknownType;
        return _ofBatches.Length == 0 && !_byType.ContainsKey(eventType);
    }

    /// <summary>
    /// Hands the events to their consumers, one after the other, within the scope.
    /// </summary>
    public async Task DispatchAsync(
        AsyncServiceScope scope,
        IReadOnlyList<ReceivedEvent> events,
        CancellationToken stop
    )
    {
        if (events.Count > 0 && _ofBatches.Length > 0)
            await DispatchBatchAsync(scope, events, stop);
        foreach (var received in events)
        {
            if (_byType.TryGetValue(received.EventType!, out var dispatchers))
                await DispatchOneAsync(scope, received, dispatchers, stop);
        }
    }

    private async Task DispatchBatchAsync(
        AsyncServiceScope scope,
        IReadOnlyList<ReceivedEvent> events,
        CancellationToken stop
    )
    {
        using var activities = ConsumeActivities.Start(Group, events);
        var batch = new EventBatch([.. events.Select(e => e.Event!)]);
        foreach (var dispatcher in _ofBatches)
            await dispatcher.Dispatch(NoBody, NoHeaders, stop, scope, batch);
    }

    private async Task DispatchOneAsync(
        AsyncServiceScope scope,
        ReceivedEvent received,
        IReceiveEndpointDispatcher[] dispatchers,
        CancellationToken stop
    )
    {
        using var activity = ConsumeActivity.Start(Group, received);
        var body = MemoryMarshal.TryGetArray(received.Record.Body, out var segment)
            ? segment.Array!
            : received.Record.Body.ToArray();
        foreach (var dispatcher in dispatchers)
            await dispatcher.Dispatch(
                body,
                NoHeaders,
                stop,
                scope,
                received.Record,
                received.Event!
            );
    }

    private static IReceiveEndpointDispatcher Dispatcher(
        ConsumerGroup group,
        Type consumer,
        IReceiveEndpointDispatcherFactory dispatchers
    ) =>
        (IReceiveEndpointDispatcher)
            typeof(IReceiveEndpointDispatcherFactory)
                .GetMethod(nameof(IReceiveEndpointDispatcherFactory.CreateConsumerReceiver))!
                .MakeGenericMethod(consumer)
                .Invoke(dispatchers, [$"{group.Name}.{consumer.Name}"])!;
}
