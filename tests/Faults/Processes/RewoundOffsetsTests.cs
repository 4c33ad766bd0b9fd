using ConcertReservation.Contracts;
using ConcertReservation.Tests.Faults.Harness;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>Somebody sets the offsets of every group back to the beginning.</summary>
[Category("Long")]
[Category("AnyKafka")]
internal sealed class RewoundOffsetsTests
{
    private const int Customers = 15;

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task whatever_is_read_again_changes_nothing()
    {
        var host = await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldOutAsync();
        await _system.VerifyAsync();
        var mails = await MailsAsync();
        host.Stop();

        var read = GroupCatalogue.All.ToDictionary(g => g.Name, g => _system.CommittedBy(g.Name));
        var said = read.Keys.ToDictionary(g => g, g => host.Said($"{g} got ").Count);
        foreach (var (group, offsets) in read)
            await RewindAsync(group, offsets.Keys);
        host.Start();
        await host.WaitUntilReadyAsync();
        foreach (var (group, offsets) in read)
        {
            await Eventually.Until(
                $"{group} has read everything again",
                () =>
                {
                    var committed = _system.CommittedBy(group);
                    return offsets.All(o => committed.GetValueOrDefault(o.Key) >= o.Value);
                }
            );
            var assignments = string.Join(' ', host.Said($"{group} got ").Skip(said[group]));
            foreach (var (topic, partition) in offsets.Keys)
                assignments.ShouldContain($"{topic}/{partition} from 0");
        }

        await _system.VerifyAsync();
        (await MailsAsync()).ShouldBe(mails);
    }

    /// <summary>Kafka lets nobody do so before the host's session is over.</summary>
    private async Task RewindAsync(string group, IEnumerable<(string Topic, int Number)> partitions)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig
            {
                BootstrapServers = _system.Kafka.BootstrapServers,
                GroupId = _system.Kafka.Prefix + group,
                EnableAutoCommit = false,
            }
        ).Build();
        var beginning = partitions
            .Select(p => new TopicPartitionOffset(_system.Kafka.Prefix + p.Topic, p.Number, 0))
            .ToList();
        beginning.ShouldNotBeEmpty();
        await Eventually.Until($"{group} is rewound", () => TryCommit(consumer, beginning));
    }

    private static bool TryCommit(
        IConsumer<Ignore, Ignore> consumer,
        List<TopicPartitionOffset> offsets
    )
    {
        try
        {
            consumer.Commit(offsets);
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private Task<long> MailsAsync() =>
        _system.Database.ScalarAsync<long>("SELECT count(*) FROM notifications.mails");
}
