using System.Runtime.InteropServices;
using ConcertReservation.Contracts;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Messaging;

/// <summary>
/// Which events a group wants, from which topics, and which consumers get them, in their order of
/// registration. One dispatcher serves one consumer type.
/// </summary>
internal sealed class GroupRoutes
{
    private static readonly Dictionary<string, object> NoHeaders = [];

    private readonly Dictionary<string, IReceiveEndpointDispatcher[]> _byType;
    private readonly IReceiveEndpointDispatcher[] _ofAnything;

    private GroupRoutes(
        string group,
        Dictionary<string, IReceiveEndpointDispatcher[]> byType,
        IReceiveEndpointDispatcher[] ofAnything,
        IReadOnlyList<string> topics
    )
    {
        Group = group;
        _byType = byType;
        _ofAnything = ofAnything;
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
        var ofAnything = new List<IReceiveEndpointDispatcher>();
        foreach (var subscription in group.Subscriptions)
        {
            var dispatcher = Dispatcher(group, subscription.Consumer, dispatchers);
            if (subscription.Anything)
                ofAnything.Add(dispatcher);
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
            [.. ofAnything],
            [.. group.Topics]
        );
    }

    /// <summary>Of a group without consumers, that takes records as they are.</summary>
    public static GroupRoutes None(string group, IReadOnlyList<string> topics) =>
        new(group, [], [], topics);

    /// <summary>Whether the type alone tells that no consumer of the group asks for it.</summary>
    public bool IsUnwanted(string eventType, out Reading reading)
    {
        var known = EventCatalogue.ByName.ContainsKey(eventType);
        reading = known ? Reading.NotForUs : Reading.UnknownType;
        return known ? !_byType.ContainsKey(eventType) : _ofAnything.Length == 0;
    }

    /// <summary>Hands the event to its consumers, one after the other, within the scope.</summary>
    public async Task DispatchAsync(
        AsyncServiceScope scope,
        ReceivedEvent received,
        CancellationToken stop
    )
    {
        using var activity = ConsumeActivity.Start(Group, received);
        var body = MemoryMarshal.TryGetArray(received.Record.Body, out var segment)
            ? segment.Array!
            : received.Record.Body.ToArray();
        foreach (var dispatcher in _byType.GetValueOrDefault(received.EventType!, _ofAnything))
            await dispatcher.Dispatch(body, NoHeaders, stop, scope, received.Record, received);
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
