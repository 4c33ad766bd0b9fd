using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.Sale;
using ConcertReservation.Tests.Integration.Verification;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Outages;

/// <summary>
/// Without Kafka events wait in the outbox; nothing is lost, and nobody is refused.
/// </summary>
[Parallelizable(ParallelScope.All)]
internal sealed class KafkaOutageTests
{
    private const string AwayLine = "Kafka is away";

    // librdkafka waits up to ten seconds between two attempts to reconnect.
    private static readonly TimeSpan ReconnectPatience = TimeSpan.FromSeconds(60);

    [Test]
    [Category("Long")]
    public async Task a_host_starts_without_kafka_and_delivers_later()
    {
        await using var system = await StartAsync(startHosts: false);
        system.Kafka.Embedded!.TakeDown();

        await system.HostA.StartReadyAsync();

        var mina = await Given.ACustomer(system);
        await Eventually.Until("readiness names Kafka", () => KafkaIs(mina.Api, "degraded"));
        await Eventually.Until("the log says so", () => system.HostA.Log.Count(AwayLine) == 1);

        system.Kafka.Embedded.BringUp();
        await IsDelivered(system, mina);
        system.HostA.Log.Count(AwayLine).ShouldBe(1);
    }

    [Test]
    public async Task kafka_going_away_refuses_nobody_and_what_waited_is_delivered()
    {
        await using var system = await StartAsync(startHosts: true);
        var concert = await Given.AConcert(system: system);
        var mina = await Given.ACustomer(system);
        await IsDelivered(system, mina);
        var before = system.HostA.Log.Warnings.Count;

        system.Kafka.Embedded!.TakeDown();

        await Eventually.Until("readiness names Kafka", () => KafkaIs(mina.Api, "degraded"));
        await Eventually.Until("the log says so", () => system.HostA.Log.Count(AwayLine) == 1);
        var jisoo = await Given.ACustomer(system);
        (await jisoo.Charges(50_000)).ShouldBe(Created);
        var reservation = await jisoo.Reserves(concert.Seat(1));
        (await jisoo.PaysByPoints(reservation)).ShouldBe(Created);
        await TheOutboxTellsWhatWaitsAsync(system);

        system.Kafka.Embedded.BringUp();
        await IsDelivered(system, jisoo);
        await jisoo.SeesReservation(reservation, "CONFIRMED");
        await Eventually.Until("Kafka is well", () => KafkaIs(mina.Api, "healthy"));
        await system.HasLostNothing();
        system.HostA.Log.Warnings.Skip(before).ShouldHaveSingleItem().ShouldContain(AwayLine);
    }

    /// <summary>Two events at least, and nobody knows how far the groups are.</summary>
    private static async Task TheOutboxTellsWhatWaitsAsync(TestSystem system)
    {
        var op = await Given.TheOperator(system);
        var outbox = (await op.Api.Get("/api/ops/outbox")).ShouldBe(OK);
        outbox["depth"].GetInt64().ShouldBeGreaterThanOrEqualTo(2);
        outbox["oldestAgeSeconds"].GetDouble().ShouldBeGreaterThan(0);
        var consumers = await op.Api.Get("/api/ops/consumers");
        consumers.ShouldBe(ServiceUnavailable, "overloaded");
        consumers.Headers.ShouldContainKey("Retry-After");
    }

    private static Task<TestSystem> StartAsync(bool startHosts) =>
        TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                EmbeddedKafka = true,
                StartHosts = startHosts,
            }
        );

    private static Task IsDelivered(TestSystem system, Persona who) =>
        Eventually.Until(
            "the sign-up is in Kafka",
            () => system.Kafka.ReadAll(Topics.Users).Any(r => r.Message.Key == $"user-{who.Id}"),
            within: ReconnectPatience
        );

    private static async Task<bool> KafkaIs(Api api, string status)
    {
        var ready = await api.Get("/health/ready");
        return ready.ShouldBe(OK)["kafka"].GetProperty("status").GetString() == status;
    }
}
