using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>How far groups are behind, by what the brokers know.</summary>
[Parallelizable]
internal sealed class LagTests
{
    private const int Partition = 2;

    private static readonly (string, string) Often = ("Kafka:Lag:IntervalSeconds", "1");

    [Test]
    public async Task a_group_is_behind_by_what_it_has_not_committed()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync(Often);
        var go = new TaskCompletionSource();
        host.Script.OnPayment = (_, _) => go.Task;

        await system.PaidAsync(1..100);

        await Eventually.Becomes("nothing is committed", () => LagOf(host), lag => lag == 100);
        Tags(host)
            .Where(tags => tags.Contains(ConsumingHost.Group))
            .ShouldBe(
                Enumerable
                    .Range(0, Topics.Partitions[Topics.Payments])
                    .Select(p => TagsOf(ConsumingHost.Group, p)),
                ignoreOrder: true
            );
        go.SetResult();
        await Eventually.Becomes("all is committed", () => LagOf(host), lag => lag == 0);
    }

    [Test]
    [Category("Long")]
    public async Task a_group_of_another_system_is_told_too_also_when_it_is_away()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var theirs = $"settlement-{Guid.NewGuid():N}";
        await ProduceAsync(system, 5);
        ReadAndLeave(system, theirs, records: 3);

        // The embedded Kafka tells no groups: there they are named.
        var host = await system.StartHostAsync(
            Often,
            ("Kafka:Lag:FindForeignGroups", "true"),
            ("Kafka:Lag:Groups:0", system.Kafka.Embedded is null ? "nobody-at-all" : theirs)
        );

        var lags = await Eventually.Becomes(
            "the other system's lag is told",
            () => host.Metrics.Read("kafka.consumer.lag"),
            found => found.GetValueOrDefault(TagsOf(theirs, Partition)) == 2
        );
        lags.Keys.ShouldNotContain(tags => tags.Contains("nobody-at-all"));
        lags.Keys.ShouldNotContain(tags => tags.Contains(theirs) && !tags.Contains("payment"));
        await ProduceAsync(system, 4);
        await Eventually.Until(
            "what comes meanwhile counts",
            () => host.Metrics.Read("kafka.consumer.lag")[TagsOf(theirs, Partition)] == 6
        );
    }

    [Test]
    [Category("Long")]
    public async Task without_kafka_no_lag_is_told()
    {
        await using var system = await ConsumingSystem.StartAsync(alwaysEmbedded: true);
        var host = await system.StartHostAsync(Often);
        await Eventually.Until("the lag is told", () => Tags(host).Count > 0);

        system.Kafka.Embedded!.TakeDown();

        await Eventually.Until("it is told no longer", () => Tags(host).Count == 0);
        system.Kafka.Embedded.BringUp();
    }

    private static async Task ProduceAsync(ConsumingSystem system, int records)
    {
        foreach (var _ in Enumerable.Range(0, records))
            await system.ProduceAsync(Topics.Payments, Partition, "k"u8.ToArray(), null);
    }

    /// <summary>As an application does that is stopped in the midst of its work.</summary>
    private static void ReadAndLeave(ConsumingSystem system, string group, int records)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = system.Kafka.BootstrapServers,
                GroupId = group,
                EnableAutoCommit = false,
                AutoOffsetReset = AutoOffsetReset.Earliest,
            }
        ).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe(system.Kafka.Prefix + Topics.Payments);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var read = 1; read <= records; read++)
        {
            var record = consumer.Consume(patience.Token);
            if (read == records)
                consumer.Commit(record);
        }

        consumer.Close();
    }

    private static long LagOf(ConsumingHost host) =>
        host.Metrics.Read("kafka.consumer.lag").Values.DefaultIfEmpty(-1).Sum();

    private static IReadOnlyCollection<string> Tags(ConsumingHost host) =>
        host.Metrics.Read("kafka.consumer.lag").Keys;

    private static string TagsOf(string group, int partition) =>
        $"group={group} topic={Topics.Payments} partition={partition}";
}
