using MassTransit.Transports;

namespace ConcertReservation.Messaging;

/// <summary>The routes of every group of this system, made when they are asked for.</summary>
internal sealed class AllRoutes(
    IEnumerable<ConsumerGroup> groups,
    IReceiveEndpointDispatcherFactory dispatchers
)
{
    private readonly Dictionary<string, Lazy<GroupRoutes>> _routes = groups.ToDictionary(
        g => g.Name,
        g => new Lazy<GroupRoutes>(() => GroupRoutes.Of(g, dispatchers)),
        StringComparer.Ordinal
    );

    public IReadOnlyCollection<string> Groups => _routes.Keys;

    /// <returns>null for a group that is another system's.</returns>
    public GroupRoutes? Of(string group) => _routes.GetValueOrDefault(group)?.Value;
}
