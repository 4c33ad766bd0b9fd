using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Tests.Unit.BuildingBlocks;

internal sealed class RepeatedFailuresTests
{
    [Test]
    public void what_is_told_once_is_told_to_be_over()
    {
        var failures = new RepeatedFailures(new DatabaseReady());

        failures.Add(new InvalidOperationException(), false).ShouldBe(LogLevel.Warning);
        failures.Add(new InvalidOperationException(), false).ShouldBeNull();
        failures.End().ShouldBe(LogLevel.Information);

        failures.End().ShouldBeNull();
    }

    [Test]
    public void the_end_of_what_the_host_has_told_is_left_to_the_host()
    {
        var failures = new RepeatedFailures(new DatabaseReady());

        failures.Add(new InvalidOperationException(), true).ShouldBe(LogLevel.Debug);

        failures.End().ShouldBe(LogLevel.Debug);
    }
}
