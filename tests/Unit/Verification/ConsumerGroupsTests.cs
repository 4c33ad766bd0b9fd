using ConcertReservation.Accounts;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.Concerts;
using ConcertReservation.Contracts;
using ConcertReservation.DataPlatform;
using ConcertReservation.Messaging;
using ConcertReservation.Notifications;
using ConcertReservation.Payments;
using ConcertReservation.Ranking;
using ConcertReservation.Reservations;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Expected = ConcertReservation.Verification.ConsumerGroups;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>The verifier expects of each group what its consumers consume.</summary>
internal sealed class ConsumerGroupsTests
{
    private static readonly IModule[] Modules =
    [
        new AccountsModule(),
        new ConcertsModule(),
        new ReservationsModule(),
        new PaymentsModule(),
        new NotificationsModule(),
        new RankingModule(),
        new DataPlatformModule(),
    ];

    [Test]
    public void every_group_is_known_with_what_its_consumers_consume()
    {
        var services = new ServiceCollection();
        foreach (var module in Modules)
            module.AddServices(services);
        var groups = services
            .Where(s => s.ServiceType == typeof(ConsumerGroup))
            .Select(s => (ConsumerGroup)s.ImplementationInstance!)
            .ToList();

        groups.Select(g => g.Name).ShouldBe(Expected.Topics.Keys, ignoreOrder: true);
        foreach (var group in groups)
        {
            var wanted = Consumed(group).ToHashSet(StringComparer.Ordinal);
            foreach (var type in EventCatalogue.ByName.Keys)
                Expected
                    .Applies(group.Name, type)
                    .ShouldBe(wanted.Contains(type), $"{type} by {group.Name}");
        }
    }

    private static IEnumerable<string> Consumed(ConsumerGroup group)
    {
        var messages = group
            .Consumers.SelectMany(c => c.GetInterfaces())
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IConsumer<>))
            .Select(i => i.GetGenericArguments()[0])
            .ToList();
        return EventCatalogue
            .ByName.Values.Where(e =>
                messages.Contains(typeof(EventBatch))
                || messages.Any(m => m.IsAssignableFrom(e.Type))
            )
            .Select(e => e.Name);
    }
}
