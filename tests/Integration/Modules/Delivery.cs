using System.Reflection;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Modules;

/// <summary>
/// Hands an event to the consumers of its type, as if its record had come from Kafka.
/// </summary>
internal static class Delivery
{
    public static async Task ConsumeAsync(
        IServiceProvider scope,
        DomainEvent domainEvent,
        CancellationToken stop
    )
    {
        var contract = typeof(IConsumer<>).MakeGenericType(domainEvent.GetType());
        var consumers = scope
            .GetServices<ConsumerGroup>()
            .SelectMany(g => g.Consumers)
            .Where(c => c.IsAssignableTo(contract))
            .ToList();
        consumers.ShouldNotBeEmpty($"Nobody consumes {domainEvent.EventType}.");
        var consume = contract.GetMethod(nameof(IConsumer<>.Consume))!;
        foreach (var consumer in consumers)
        {
            var context = ReceivedContext.Of(domainEvent, stop);
            await (Task)consume.Invoke(scope.GetRequiredService(consumer), [context])!;
        }
    }
}

/// <summary>
/// A ConsumeContext that knows its message, its record and when to stop: all that we use.
/// </summary>
public class ReceivedContext : DispatchProxy
{
    private DomainEvent _event = null!;
    private CancellationToken _stop;

    internal static object Of(DomainEvent domainEvent, CancellationToken stop)
    {
        var type = typeof(ConsumeContext<>).MakeGenericType(domainEvent.GetType());
        var context = Create(type, typeof(ReceivedContext));
        ((ReceivedContext)context)._event = domainEvent;
        ((ReceivedContext)context)._stop = stop;
        return context;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod!.Name)
        {
            case "get_Message":
                return _event;
            case "get_CancellationToken":
                return _stop;
            case "TryGetPayload":
                args![0] = Record();
                return true;
            default:
                throw new NotSupportedException(targetMethod.Name);
        }
    }

    private KafkaRecord Record() =>
        new(
            "test",
            _event.Topic,
            0,
            0,
            _event.Key,
            _event.Version,
            _event.OccurredAt,
            [],
            EventCatalogue.Serialize(_event)
        );
}
