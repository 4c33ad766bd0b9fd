using ConcertReservation.LocalServices;
using ConcertReservation.Tests.Integration.Messaging;
using ConcertReservation.Tests.Integration.Sale;

namespace ConcertReservation.Tests.Integration.Ranking;

/// <summary>
/// Kafka is lost with an event that the rankings had and the event store had not, and then Redis.
/// </summary>
[Category("Long")]
[Parallelizable]
internal sealed class AnotherKafkaTests
{
    private EmbeddedKafka _kafka = null!;
    private KafkaEntrance _entrance = null!;
    private TestSystem _system = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _kafka = EmbeddedKafka.Start();
        _entrance = new KafkaEntrance(_kafka.BootstrapServers);
        _system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Kafka:BootstrapServers"] = _entrance.Address,
                    ["Kafka:Prefix"] = "",
                },
            }
        );
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        await _entrance.DisposeAsync();
        _kafka.Dispose();
    }

    [Test]
    public async Task rankings_wait_until_the_event_store_has_what_the_relay_repeats()
    {
        var mina = await Given.ACustomer(_system);
        var concert = await Given.AConcert(system: _system);
        await using (await _system.StallEventStoreAsync(concert))
        {
            await mina.Reserves(concert.Seats(1, 3));
            await mina.Ranks(concert, seats: 3);

            _kafka.Dispose();
            _kafka = EmbeddedKafka.Start();
            await _entrance.LeadToAsync(_kafka.BootstrapServers);
            var other = await Given.AConcert(system: _system);
            await mina.Reserves(other.Seat(1));
            await mina.Ranks(other, seats: 1);

            var before = _system.Waits();
            await _system.ForgetRankingsAsync();
            await _system.RebuildWaitsOrIsDoneAsync(before);
        }

        await mina.Ranks(concert, seats: 3);
    }
}
