using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// A database of its own and a Kafka of its own: embedded in this process, or real brokers shared
/// under a prefix of its own where the tests were given some. Hosts come and go on it.
/// </summary>
internal sealed class ConsumingSystem : IAsyncDisposable
{
    /// <summary>
    /// On real brokers events are those of payments: topics that nobody reads need not cost them,
    /// who carry a hundred systems, what others do.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, int> Partitions =
        Topics.Partitions.ToDictionary(
            t => t.Key,
            t => t.Key == Topics.Payments ? t.Value : 1,
            StringComparer.Ordinal
        );

    private readonly TestDatabase _database;
    private readonly List<ConsumingHost> _hosts = [];
    private IProducer<byte[], byte[]>? _producer;

    private ConsumingSystem(TestDatabase database, TestKafka kafka) =>
        (_database, Kafka) = (database, kafka);

    /// <summary>The timestamp of all records: the mock cluster reports none of its own.</summary>
    public DateTimeOffset ProducedAt { get; } = DateTimeOffset.UtcNow;

    public NpgsqlDataSource Database => _database.DataSource;

    public string ConnectionString => _database.ConnectionString;

    public TestKafka Kafka { get; private set; }

    /// <param name="alwaysEmbedded">The test restarts Kafka, which only an embedded one of its own
    /// allows.</param>
    public static async Task<ConsumingSystem> StartAsync(bool alwaysEmbedded = false)
    {
        var database = await TestDatabase.CreateAsync("consuming");
        var kafka = alwaysEmbedded
            ? TestKafka.OfItsOwn()
            : TestKafka.On(TestServices.FromEnvironment().Kafka);
        await kafka.CreateTopicsAsync(Partitions);
        var system = new ConsumingSystem(database, kafka);
        await system.ExecuteAsync(
            """
            CREATE TABLE effects (
                seq bigint GENERATED ALWAYS AS IDENTITY,
                event_id uuid NOT NULL, payment_id bigint NOT NULL, version bigint NOT NULL)
            """
        );
        return system;
    }

    /// <summary>A new embedded Kafka at a new address, which has forgotten all.</summary>
    public async Task ReplaceKafkaAsync()
    {
        _producer?.Dispose();
        _producer = null;
        await Kafka.DisposeAsync();
        Kafka = TestKafka.OfItsOwn();
    }

    /// <summary>The topic with all that is in it; a host makes it again.</summary>
    public async Task DeleteTopicAsync(string topic)
    {
        // It would go on counting where it was in the old one.
        _producer?.Dispose();
        _producer = null;
        await Kafka.DeleteTopicAsync(topic);
    }

    public async Task<ConsumingHost> StartHostAsync(params (string Key, string Value)[] settings)
    {
        var host = await ConsumingHost.StartAsync(this, settings);
        _hosts.Add(host);
        return host;
    }

    /// <summary>Produces the event as the relay does.</summary>
    public Task<DeliveryReport<byte[], byte[]>> ProduceAsync(DomainEvent domainEvent) =>
        ProduceAsync(
            domainEvent.Topic,
            partition: null,
            Encoding.UTF8.GetBytes(domainEvent.Key),
            EventCatalogue.Serialize(domainEvent),
            ("ce_id", Encoding.UTF8.GetBytes(domainEvent.EventId.ToString())),
            ("ce_type", Encoding.UTF8.GetBytes(domainEvent.EventType)),
            ("ce_sequence", Encoding.UTF8.GetBytes($"{domainEvent.Version:D10}"))
        );

    /// <summary>Produces anything at all.</summary>
    public Task<DeliveryReport<byte[], byte[]>> ProduceAsync(
        string topic,
        int? partition,
        byte[]? key,
        byte[]? body,
        params (string Name, byte[]? Value)[] headers
    )
    {
        _producer ??= new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig
            {
                BootstrapServers = Kafka.BootstrapServers,
                Partitioner = Partitioner.Murmur2Random,
                EnableIdempotence = true,
                LingerMs = 5,
            }
        ).SetLogHandler((_, _) => { }).Build();
        // Not on the producer's own thread, which a test that disposes of it would wait for.
        var done = new TaskCompletionSource<DeliveryReport<byte[], byte[]>>(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        var message = new Message<byte[], byte[]>
        {
            Key = key!,
            Value = body!,
            Headers = [],
            Timestamp = new Timestamp(ProducedAt),
        };
        foreach (var (name, value) in headers)
            message.Headers.Add(name, value);
        _producer.Produce(
            new TopicPartition(Kafka.Prefix + topic, partition ?? Partition.Any),
            message,
            report =>
            {
                if (report.Error.IsError)
                    done.SetException(new KafkaException(report.Error));
                else
                    done.SetResult(report);
            }
        );
        return done.Task;
    }

    /// <summary>The payments that left an effect, in the order in which they did.</summary>
    public async Task<List<long>> EffectsAsync() =>
        await ListAsync<long>("SELECT payment_id FROM effects ORDER BY seq");

    public async Task<List<T>> ListAsync<T>(string sql) => [.. await _database.ReadAsync<T>(sql)];

    /// <summary>The database turns everybody away, and those who are in are put out.</summary>
    public Task CloseDatabaseAsync() => _database.CloseAsync();

    public async Task OpenDatabaseAsync()
    {
        await _database.OpenAsync();
        // The tests' own connections were put out too.
        Database.Clear();
    }

    /// <summary>
    /// Sets the idle group back to the start, so that it gets everything once more.
    /// </summary>
    public async Task RewindAsync(string topic)
    {
        if (Kafka.Embedded is not null)
        {
            // The mock cluster takes offsets from members only: the group's own position does the
            // same.
            await ExecuteAsync("UPDATE messaging.consumer_positions SET next_offset = 0");
            return;
        }

        using var consumer = Reader(Kafka.Prefix + ConsumingHost.Group);
        var start = Enumerable
            .Range(0, Partitions[topic])
            .Select(p => new TopicPartitionOffset(Kafka.Prefix + topic, p, 0))
            .ToArray();
        await Eventually.Until(
            "the host that left is a member no longer",
            () =>
            {
                try
                {
                    consumer.Commit(start);
                    return true;
                }
                catch (KafkaException)
                {
                    return false;
                }
            }
        );
    }

    /// <summary>The group's offsets in Kafka, by partition; -1001 where it has none.</summary>
    public List<long> CommittedOffsets(string topic)
    {
        using var consumer = Reader(Kafka.Prefix + ConsumingHost.Group);
        var partitions = Enumerable
            .Range(0, Partitions[topic])
            .Select(p => new TopicPartition(Kafka.Prefix + topic, p));
        return
        [
            .. consumer
                .Committed(partitions, TimeSpan.FromSeconds(60))
                .OrderBy(o => o.Partition.Value)
                .Select(o => o.Offset.Value),
        ];
    }

    public Task ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    /// <summary>
    /// Everything in the dead letter topic of this topic, oldest first within a partition.
    /// </summary>
    public List<ConsumeResult<byte[], byte[]>> DeadLettersOf(string topic)
    {
        var name = Kafka.Prefix + Topics.DeadLetters(topic);
        using var consumer = Reader("tests-read");
        var letters = new List<ConsumeResult<byte[], byte[]>>();
        for (var partition = 0; partition < Partitions[topic]; partition++)
        {
            var from = new TopicPartition(name, partition);
            var end = consumer.QueryWatermarkOffsets(from, TimeSpan.FromSeconds(60)).High.Value;
            consumer.Assign(new TopicPartitionOffset(from, Offset.Beginning));
            for (var read = 0L; read < end; )
            {
                var letter = consumer.Consume(TimeSpan.FromSeconds(60));
                letter.ShouldNotBeNull();
                letters.Add(letter);
                read = letter.Offset.Value + 1;
            }
        }

        return letters;
    }

    public async ValueTask DisposeAsync()
    {
        _producer?.Dispose();
        foreach (var host in _hosts)
            await host.DisposeAsync();
        await Kafka.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>A client of a group that it does not join.</summary>
    private IConsumer<byte[], byte[]> Reader(string group) => new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = Kafka.BootstrapServers,
                GroupId = group,
                // Else each partition is waited for at the end of the one before it.
                FetchWaitMaxMs = 10,
            }
        ).SetLogHandler((_, _) => { }).Build();
}
