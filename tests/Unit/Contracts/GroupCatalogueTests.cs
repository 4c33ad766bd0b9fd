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
