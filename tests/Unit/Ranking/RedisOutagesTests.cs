using System.Reflection;
using ConcertReservation.Messaging;
using ConcertReservation.Ranking;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace ConcertReservation.Tests.Unit.Ranking;

/// <summary>As the consumers of the module meet them: by what the module registers.</summary>
internal sealed class RedisOutagesTests
{
    private static ConsumerFaults Faults()
    {
        var services = new ServiceCollection();
        new RankingModule().AddServices(services);
        return new ConsumerFaults(
            services
                .Where(s => s.ServiceType == typeof(IOutageClassifier))
                .Select(s => (IOutageClassifier)Activator.CreateInstance(s.ImplementationType!)!)
        );
    }

    [Test]
    public void a_redis_that_cannot_be_reached_is_an_outage() =>
        Faults()
            .KindOf(Thrown<RedisConnectionException>(ConnectionFailureType.UnableToConnect, "No."))
            .ShouldBe(FaultKind.Outage);

    [TestCase("LOADING Redis is loading the dataset in memory")]
    [TestCase("MASTERDOWN Link with MASTER is down")]
    [TestCase("READONLY You can't write against a read only replica.")]
    [TestCase("BUSY Redis is busy running a script.")]
    public void a_redis_that_is_not_ready_is_an_outage(string answer) =>
        Faults().KindOf(Thrown<RedisServerException>(answer)).ShouldBe(FaultKind.Outage);

    [Test]
    public void a_script_that_fails_is_the_events_fault() =>
        Faults()
            .KindOf(Thrown<RedisServerException>("ERR Error running script"))
            .ShouldBe(FaultKind.Poison);

    /// <summary>Only the client itself makes these.</summary>
    private static T Thrown<T>(params object[] arguments)
        where T : Exception =>
        (T)
            Activator.CreateInstance(
                typeof(T),
                BindingFlags.Instance | BindingFlags.NonPublic,
                binder: null,
                arguments,
                culture: null
            )!;
}
