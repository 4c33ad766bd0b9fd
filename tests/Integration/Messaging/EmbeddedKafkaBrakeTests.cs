using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// The embedded Kafka keeps 5 MB of a partition: the relay waits before a slow group loses any.
/// </summary>
[Parallelizable]
internal sealed class EmbeddedKafkaBrakeTests
{
    private const int Events = 100;
    private static readonly string HundredKilobytes = RandomText(100_000);

    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync(alwaysEmbedded: true);

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task the_relay_waits_for_a_group_that_is_behind_and_goes_on_when_it_is_not()
    {
        for (var version = 1; version <= Events; version++)
            await _system.PublishAsync(SomeEvents.SignUp(1, version, HundredKilobytes));
        var host = await StartHostAsync();
        var kafka = host.Services.GetRequiredService<KafkaCluster>();
        var facts = await kafka.ReachableAsync(CancellationToken.None);

        // Four megabytes, and not one byte of what the group has not read is dropped.
        await Eventually.Becomes("the relay waits", SentAsync, s => s >= 36);
        var seen = new List<long>();
        while (seen.Count < Events)
        {
            var records = await Eventually.Becomes(
                "more is sent",
                _system.ReadKafka,
                r => r.Any(x => x.Offset.Value >= seen.Count)
            );
            (await SentAsync() - seen.Count).ShouldBeLessThanOrEqualTo(40);
            records[0].Offset.Value.ShouldBeLessThanOrEqualTo(seen.Count);
            var next = seen.Count;
            seen.AddRange(records.Where(r => r.Offset.Value >= next).Select(r => r.Version()));
            await ApplyAsync(facts.Incarnation, records[^1]);
        }

        seen.ShouldBe(Enumerable.Range(1, Events).Select(v => (long)v));
    }

    /// <summary>Its host may be cut off from the database that all others reach.</summary>
    [Test]
    [Category("Long")]
    public async Task a_new_relay_does_not_wait_for_a_group_that_is_a_little_behind()
    {
        await _system.PublishAsync(SomeEvents.SignUp(1, version: 1, HundredKilobytes));
        var first = await StartHostAsync();
        await Eventually.Becomes("the first relay has sent it", SentAsync, s => s == 1);
        await first.StopAsync();

        await _system.PublishAsync(SomeEvents.SignUp(1, version: 2, HundredKilobytes));
        await StartHostAsync();
        await Eventually.Becomes("the second relay goes on", SentAsync, s => s == 2);
    }

    /// <summary>Where the one partition with records ends.</summary>
    private async Task<long> SentAsync()
    {
        var records = await Task.Run(_system.ReadKafka);
        return records.Count == 0 ? 0 : records[^1].Offset.Value + 1;
    }

    private Task<IHost> StartHostAsync() =>
        _system.StartHostAsync(
            s => s.AddSingleton(new ConsumerGroup("slow-group", [typeof(ReadsSignUps)])),
            ("Relay:PageBytes", "300000")
        );

    private Task ApplyAsync(
        string incarnation,
        Confluent.Kafka.ConsumeResult<byte[], byte[]> last
    ) =>
        _system.ExecuteAsync(
            $"""
            INSERT INTO messaging.consumer_positions VALUES
                ('slow-group', '{incarnation}', '{last.Topic}', {last.Partition.Value},
                    {last.Offset.Value + 1})
            ON CONFLICT (consumer_group, incarnation, topic, partition)
                DO UPDATE SET next_offset = excluded.next_offset
            """
        );

    /// <summary>That no compression makes small.</summary>
    private static string RandomText(int length)
    {
        var random = new Random(1);
        return string.Create(
            length,
            random,
            (text, r) =>
            {
                for (var i = 0; i < text.Length; i++)
                    text[i] = (char)r.Next('a', 'z' + 1);
            }
        );
    }

    private sealed class ReadsSignUps : IConsumer<UserSignedUp>
    {
        public Task Consume(ConsumeContext<UserSignedUp> context) => Task.CompletedTask;
    }
}
