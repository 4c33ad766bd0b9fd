using ConcertReservation.BuildingBlocks;
using ConcertReservation.Host;
using Microsoft.Extensions.Configuration;

namespace ConcertReservation.Tests.Unit.BuildingBlocks;

[NonParallelizable]
internal sealed class FaultPointsTests
{
    private readonly List<FaultPoint> _reached = [];

    [TearDown]
    public void StopListening()
    {
        FaultPoints.ListenWith(null);
        _reached.Clear();
    }

    [Test]
    public void nobody_hears_of_a_point_before_somebody_listens()
    {
        FaultPoints.Reach(FaultPoint.Pinned);
        FaultPoints.ListenWith(_reached.Add);
        FaultPoints.Reach(FaultPoint.MoneySettled);

        _reached.ShouldBe([FaultPoint.MoneySettled]);
    }

    [TestCase("Nowhere", "1", "Nowhere")]
    [TestCase("Pinned", "0", "Occurrence")]
    [TestCase("17000", "1", "17000")]
    public void a_host_does_not_start_with_a_point_that_it_cannot_reach(
        string point,
        string occurrence,
        string named
    )
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["FaultPoints:KillAt"] = point,
                    ["FaultPoints:Occurrence"] = occurrence,
                }
            )
            .Build();

        Should
            .Throw<InvalidConfigurationException>(() => KillAtFaultPoint.Arm(configuration))
            .Message.ShouldContain(named);
    }
}
