using ConcertReservation.LocalServices;
using ConcertReservation.Tests.Integration.Messaging;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>
/// The embedded Kafka is started anew in the middle of a sale and has forgotten everything: the
/// sale goes on, nothing is lost, and nobody hears anything twice.
/// </summary>
[Category("Long")]
[Parallelizable]
internal sealed class ForgottenKafkaTests
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
                Settings = new Dictionary<string, string?>
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
    public async Task a_sale_goes_on_after_kafka_has_forgotten_its_beginning()
    {
        var concert = await Given.AConcert(seats: 2, system: _system);
        var mina = await Given.ACustomer(_system);
        var jisoo = await Story.AnEnglishSpeaker(_system);
        await mina.Buys(concert.Seat(1));
        await mina.Receives("예매가 확정되었습니다");
        await mina.Ranks(concert, seats: 1);
        await IsCounted(concert, confirmations: 1);

        _kafka.Dispose();
        _kafka = EmbeddedKafka.Start();
        await _entrance.LeadToAsync(_kafka.BootstrapServers);
        await jisoo.On(_system.HostB).Buys(concert.Seat(2));

        await jisoo.SeesConcert(concert.Id, "SOLD_OUT");
        await jisoo.Receives("Your booking is confirmed");
        await jisoo.Ranks(concert, seats: 2);
        await IsCounted(concert, confirmations: 2);
        await ShouldBeWholeAgain();
        _system.Mails.To(mina.Email).Count.ShouldBe(3, "welcome, held and confirmed, once each");
        _system.Mails.To(jisoo.Email).Count.ShouldBe(3, "welcome, held and confirmed, once each");
        var letters = await _system.Database.ScalarAsync<long>(
            "SELECT count(*) FROM messaging.dead_letters"
        );
        letters.ShouldBe(0);
    }

    /// <summary>
    /// The new Kafka has everything that was ever told, and every group has read it.
    /// </summary>
    private async Task ShouldBeWholeAgain()
    {
        var published = await _system.Database.ScalarAsync<long>(
            "SELECT count(*) FROM messaging.outbox"
        );
        await Eventually.Becomes(
            $"the new Kafka has all {published} events",
            () =>
                Task.FromResult(
                    KafkaContent
                        .Read(_kafka.BootstrapServers)
                        .Select(r => r.Header("ce_id"))
                        .Distinct()
                        .LongCount()
                ),
            count => count == published,
            Story.Patience
        );
        await Eventually.Becomes(
            "whoever writes the mails has read all of it",
            () =>
                _system.Database.ScalarAsync<long>(
                    $"""
                    SELECT coalesce(sum(next_offset), 0)::bigint FROM messaging.consumer_positions
                    WHERE consumer_group = 'notification-service'
                        AND incarnation LIKE '%{_kafka.Incarnation}'
                    """
                ),
            read => read >= published,
            Story.Patience
        );
    }

    private async Task IsCounted(ConcertOnSale concert, int confirmations)
    {
        var organiser = await Given.TheOperator(_system);
        await Eventually.Becomes(
            $"{confirmations} confirmations are counted",
            () => organiser.Api.Get($"/api/analytics/concerts/{concert.Id}"),
            s => s.IsSuccess && s["confirmations"].GetInt64() == confirmations,
            Story.Patience
        );
    }
}
