using ConcertReservation.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// Kafka goes and comes back, as itself or as another that has forgotten everything.
/// </summary>
[Parallelizable]
internal sealed class RelayOutageTests
{
    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync(alwaysEmbedded: true);

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    [Category("Long")]
    public async Task what_gathers_while_kafka_is_away_is_delivered_on_its_return()
    {
        var host = await _system.StartHostAsync();
        await _system.PublishAsync(SomeEvents.SignUp(1, version: 1));
        await SentAsync(1);
        var cluster = host.Services.GetRequiredService<KafkaCluster>();

        _system.Embedded.TakeDown();
        for (var version = 2; version <= 50; version++)
            await _system.PublishAsync(SomeEvents.SignUp(1, version));
        await Eventually.Becomes("Kafka is known to be away", () => cluster.Facts, f => f is null);
        _system.Embedded.BringUp();

        var records = await Eventually.Becomes(
            "all 50 events are in Kafka",
            _system.ReadKafka,
            r => r.Select(x => x.Header("ce_id")).Distinct().Count() == 50
        );
        FirstOccurrences(records).ShouldBe(Enumerable.Range(1, 50).Select(v => (long)v));
    }

    [Test]
    public async Task a_host_that_starts_without_kafka_waits_for_it()
    {
        _system.Embedded.TakeDown();
        await _system.StartHostAsync();
        await _system.PublishAsync(SomeEvents.SignUp(1));

        _system.Embedded.BringUp();

        await SentAsync(1);
    }

    [Test]
    [Category("Long")]
    public async Task a_kafka_that_has_forgotten_gets_everything_again()
    {
        await _system.StartHostAsync();
        for (var version = 1; version <= 20; version++)
            await _system.PublishAsync(SomeEvents.SignUp(1, version));
        await SentAsync(20);

        await _system.RestartKafkaAsync();
        await _system.PublishAsync(SomeEvents.SignUp(1, version: 21));

        var records = await SentAsync(21);
        FirstOccurrences(records).ShouldBe(Enumerable.Range(1, 21).Select(v => (long)v));
    }

    private static IEnumerable<long> FirstOccurrences(
        IEnumerable<Confluent.Kafka.ConsumeResult<byte[], byte[]>> records
    ) => records.Select(r => r.Version()).Distinct();

    private Task<IReadOnlyList<Confluent.Kafka.ConsumeResult<byte[], byte[]>>> SentAsync(
        int count
    ) =>
        Eventually.Becomes(
            $"{count} events are in Kafka",
            _system.ReadKafka,
            r => r.Count >= count
        );
}
