using ConcertReservation.Contracts;
using ConcertReservation.Host;
using ConcertReservation.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>The contract says of our groups what the modules register.</summary>
internal sealed class GroupCatalogueTests
{
    private static readonly IReadOnlyList<ConsumerGroup> Registered = Groups();

    [Test]
    public void the_contract_names_the_groups_that_there_are() =>
        GroupCatalogue
            .All.Select(g => g.Name)
            .ShouldBe(Registered.Select(g => g.Name), ignoreOrder: true);

    [TestCaseSource(nameof(Registered))]
    public void a_group_reads_what_the_contract_says(ConsumerGroup group)
    {
        var described = GroupCatalogue.All.Single(g => g.Name == group.Name);

        described.Events.ShouldBe(
            group.Subscriptions.SelectMany(s => s.Events).Select(e => e.Name).Distinct(),
            ignoreOrder: true
        );
        described.Topics.ShouldBe(group.Topics, ignoreOrder: true);
    }

    /// <summary>What is missing here an operator may discard, and nobody gets it back.</summary>
    [Test]
    public void letters_that_move_money_or_seats_are_replayed_only() =>
        Registered
            .SelectMany(g => g.ReplayOnly.Select(type => $"{g.Name}: {type}"))
            .ShouldBe(
                [
                    "reservation-service: CONCERT_CANCELLED",
                    "reservation-service: PAYMENT_COMPLETED",
                    "reservation-service: PAYMENT_FAILED",
                    "payment-service: RESERVATION_CONFIRMATION_FAILED",
                    "payment-service: RESERVATION_EXPIRED",
                    "payment-service: RESERVATION_CANCELLED",
                ],
                ignoreOrder: true
            );

    private static IReadOnlyList<ConsumerGroup> Groups()
    {
        var services = new ServiceCollection();
        foreach (var module in HostApplication.Modules)
            module.AddServices(services);
        return
        [
            .. services
                .Where(s => s.ServiceType == typeof(ConsumerGroup))
                .Select(s => (ConsumerGroup)s.ImplementationInstance!),
        ];
    }
}
