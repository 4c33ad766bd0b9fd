using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Messaging;

internal static class GroupTopics
{
    /// <summary>
    /// The topics that the group's consumers take events from, without the prefix.
    /// </summary>
    public static IReadOnlySet<string> Of(ConsumerGroup group)
    {
        var wanted = group
            .Consumers.SelectMany(c => c.GetInterfaces())
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IConsumer<>))
            .Select(i => i.GetGenericArguments()[0])
            .ToArray();
        var all = wanted.Contains(typeof(AnyEvent));
        return EventCatalogue
            .ByName.Values.Where(e => all || wanted.Any(w => w.IsAssignableFrom(e.Type)))
            .Select(e => e.Topic)
            .ToHashSet(StringComparer.Ordinal);
    }
}
