using ConcertReservation.Contracts;
using Confluent.Kafka;
using MassTransit;
using MassTransit.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Messaging;

/// <summary>A Kafka consumer group and the MassTransit consumers that it feeds.</summary>
public sealed class ConsumerGroup
{
    /// <param name="name">The group's id, such as <c>notification-service</c>.</param>
    /// <exception cref="InvalidOperationException">
    /// A consumer consumes no event of the catalogue.
    /// </exception>
    public ConsumerGroup(string name, IReadOnlyList<Type> consumers)
    {
        Name = name;
        Consumers = consumers;
        Subscriptions = [.. consumers.Select(SubscriptionOf)];
        Topics = Subscriptions
            .SelectMany(s => s.Events)
            .Select(e => e.Topic)
            .ToHashSet(StringComparer.Ordinal);
        ReplayOnly = Subscriptions
            .Where(s => s.Consumer.IsDefined(typeof(MovesMoneyOrSeatsAttribute), inherit: false))
            .SelectMany(s => s.Events)
            .Select(e => e.Name)
            .ToHashSet(StringComparer.Ordinal);
    }

    public string Name { get; }

    public IReadOnlyList<Type> Consumers { get; }

    /// <summary>What each consumer takes, in their order of registration.</summary>
    internal IReadOnlyList<Subscription> Subscriptions { get; }

    /// <summary>That the group's consumers take events from, without the prefix.</summary>
    internal IReadOnlySet<string> Topics { get; }

    /// <summary>Types of events that move money or seats in this group.</summary>
    internal IReadOnlySet<string> ReplayOnly { get; }

    private Subscription SubscriptionOf(Type consumer)
    {
        var messages = consumer
            .GetInterfaces()
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IConsumer<>))
            .Select(i => i.GetGenericArguments()[0])
            .ToArray();
        var batches = messages.Contains(typeof(EventBatch));
        EventDescription[] events =
        [
            .. EventCatalogue.ByName.Values.Where(e =>
                batches || messages.Any(m => m.IsAssignableFrom(e.Type))
            ),
        ];
        return events.Length > 0
            ? new Subscription(consumer, events, batches)
            : throw new InvalidOperationException(
                $"{consumer.Name} of {Name} consumes no event of the catalogue."
            );
    }
}

/// <param name="Events">The known ones.</param>
/// <param name="Batches">
/// Whole batches instead of single events, with those that the catalogue does not know.
/// </param>
internal sealed record Subscription(
    Type Consumer,
    IReadOnlyList<EventDescription> Events,
    bool Batches
);

public static class ConsumerGroupRegistration
{
    /// <summary>
    /// Registers a group. Its topics follow from what its consumers consume:
    /// <c>IConsumer&lt;T&gt;</c> of an event, or of <see cref="EventBatch"/> for everything on all
    /// topics.
    /// </summary>
    public static IServiceCollection AddConsumerGroup(
        this IServiceCollection services,
        string name,
        params Type[] consumers
    )
    {
        services.AddSingleton(new ConsumerGroup(name, consumers));
        var registrar = new DependencyInjectionContainerRegistrar(services);
        foreach (var consumer in consumers)
            services.RegisterConsumer(registrar, consumer);
        return services;
    }
}

/// <summary>
/// What is new to the group of one batch of Kafka records, in their order: for a consumer that
/// takes every event of every topic, and would spend more on being called for each than on its
/// work.
/// </summary>
public sealed record EventBatch(IReadOnlyList<AnyEvent> Events);

/// <summary>Any event of any topic, with the record as received.</summary>
/// <param name="Known">The event as its class; null for a type that the catalogue does not
/// know.</param>
public sealed record AnyEvent(
    KafkaRecord Record,
    Guid EventId,
    string EventType,
    DateTimeOffset OccurredAt,
    DomainEvent? Known
);

/// <summary>The Kafka record behind a message, as received.</summary>
/// <param name="Incarnation">Which Kafka this was: offsets of another one mean nothing.</param>
/// <param name="Topic">Without the prefix of a shared Kafka.</param>
/// <param name="Key">Empty where the record has none; see <see cref="KeyBytes"/>.</param>
/// <param name="Version">The aggregate's version (<c>ce_sequence</c>); 0 where the record has
/// none.</param>
/// <param name="Timestamp">The record's own timestamp.</param>
/// <param name="Body">Empty for a null body.</param>
public sealed record KafkaRecord(
    string Incarnation,
    string Topic,
    int Partition,
    long Offset,
    string Key,
    long Version,
    DateTimeOffset Timestamp,
    IReadOnlyList<KeyValuePair<string, byte[]?>> Headers,
    ReadOnlyMemory<byte> Body
)
{
    /// <summary>The key as received, which need not be text; null where there is none.</summary>
    public byte[]? KeyBytes { get; init; }

    /// <summary>False for a tombstone.</summary>
    public bool HasBody { get; init; } = true;

    /// <summary>
    /// Since 1970, as received, even where it is no time that a calendar has.
    /// </summary>
    public long TimestampMilliseconds { get; init; } = Timestamp.ToUnixTimeMilliseconds();

    /// <summary>Who set <see cref="Timestamp"/>.</summary>
    public TimestampType TimestampType { get; init; } = TimestampType.CreateTime;

    /// <summary>
    /// The last header of that name, as text; null where absent, null or not UTF-8.
    /// </summary>
    public string? Header(string name) => RecordHeaders.Text(Headers, name);
}

public static class ConsumeContextExtensions
{
    /// <summary>The record that this message came in.</summary>
    public static KafkaRecord Record(this ConsumeContext context) =>
        context.TryGetPayload<KafkaRecord>(out var record)
            ? record
            : throw new InvalidOperationException("The message did not come through Kafka.");

    /// <summary>The aggregate's version: a handler that knows a newer one does nothing.</summary>
    public static long Version(this ConsumeContext context) => context.Record().Version;
}
