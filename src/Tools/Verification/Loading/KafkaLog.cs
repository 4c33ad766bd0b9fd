using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Verification.Loading;

/// <summary>
/// Everything that Kafka holds, read from offset 0 by a stranger, and what groups told it.
/// </summary>
internal sealed class KafkaLog(string bootstrapServers, string prefix)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    static KafkaLog() => DebianLibrdkafka.ResolveFor(typeof(Library).Assembly);

    /// <summary>All records up to the ends at the time of the call.</summary>
    /// <exception cref="KafkaException">Kafka cannot be reached.</exception>
    public LogContents Read()
    {
        using var consumer = Consumer($"verification-{Guid.NewGuid():N}");
        var partitions = Ends(consumer);
        var contents = new LogContents(partitions, [], []);
        foreach (var partition in partitions.Where(p => p.High > p.Low))
            ReadPartition(consumer, partition, r => contents.Add(partition.Topic, r));
        return contents;
    }

    /// <summary>All dead letters, and the topics of which none is gone.</summary>
    public (IReadOnlyList<BuriedLetter> Letters, IReadOnlySet<string> Whole) ReadLetters()
    {
        using var consumer = Consumer($"verification-{Guid.NewGuid():N}");
        var letters = new List<BuriedLetter>();
        var whole = new HashSet<string>(StringComparer.Ordinal);
        foreach (var topic in Topics.Partitions.Keys)
        {
            var partitions = Find(consumer, Topics.DeadLetters(topic));
            if (partitions.Count > 0 && !partitions.Any(p => p.IsCut))
                whole.Add(topic);
            foreach (var partition in partitions.Where(p => p.High > p.Low))
                ReadPartition(consumer, partition, Add);
        }

        return (letters, whole);

        void Add(ConsumeResult<byte[]?, byte[]?> result)
        {
            if (LetterReader.Read(result.Message.Headers, prefix) is { } letter)
                letters.Add(letter);
        }
    }

    /// <summary>Records that retention has taken since count, too.</summary>
    /// <returns>0 where Kafka cannot tell, or has a topic not yet.</returns>
    public long CountEverWritten()
    {
        try
        {
            using var consumer = Consumer($"verification-{Guid.NewGuid():N}");
            return Ends(consumer).Sum(p => p.High);
        }
        catch (KafkaException)
        {
            return 0;
        }
    }

    /// <summary>The offsets that a group committed; nothing joins it.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> Committed(string group)
    {
        using var consumer = Consumer(prefix + group);
        return consumer
            .Committed(Places(consumer, ConsumerGroups.Topics[group]), Patience)
            .Where(c => c.Offset != Offset.Unset)
            .ToDictionary(c => (c.Topic[prefix.Length..], c.Partition.Value), c => c.Offset.Value);
    }

    private IReadOnlyList<LogPartition> Ends(IConsumer<byte[]?, byte[]?> consumer) =>
        [.. Places(consumer, Topics.Partitions.Keys).Select(p => EndsOf(consumer, p))];

    private LogPartition EndsOf(IConsumer<byte[]?, byte[]?> consumer, TopicPartition place)
    {
        var ends = consumer.QueryWatermarkOffsets(place, Patience);
        var topic = place.Topic[prefix.Length..];
        return new LogPartition(topic, place.Partition, ends.Low.Value, ends.High.Value);
    }

    /// <returns>None where Kafka has no such topic.</returns>
    private IReadOnlyList<LogPartition> Find(IConsumer<byte[]?, byte[]?> consumer, string topic)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var found = admin
            .GetMetadata(Patience)
            .Topics.Find(t => t.Topic == prefix + topic && t.Error.Code == ErrorCode.NoError);
        return
        [
            .. (found?.Partitions ?? []).Select(p =>
                EndsOf(consumer, new TopicPartition(prefix + topic, p.PartitionId))
            ),
        ];
    }

    /// <summary>
    /// All partitions as Kafka has them: the host's configuration, or an administrator, may have
    /// chosen another number than the contract's.
    /// </summary>
    /// <exception cref="KafkaException">A topic is missing.</exception>
    private IEnumerable<TopicPartition> Places(
        IConsumer<byte[]?, byte[]?> consumer,
        IEnumerable<string> topics
    )
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var all = admin.GetMetadata(Patience).Topics.ToDictionary(t => t.Topic);
        return
        [
            .. topics.SelectMany(topic =>
                all.TryGetValue(prefix + topic, out var found) && found.Partitions.Count > 0
                    ? found.Partitions.Select(p => new TopicPartition(found.Topic, p.PartitionId))
                    : throw new KafkaException(
                        new Error(ErrorCode.UnknownTopicOrPart, $"Kafka has no {prefix}{topic}.")
                    )
            ),
        ];
    }

    private void ReadPartition(
        IConsumer<byte[]?, byte[]?> consumer,
        LogPartition partition,
        Action<ConsumeResult<byte[]?, byte[]?>> add
    )
    {
        var place = new TopicPartition(prefix + partition.Topic, partition.Partition);
        consumer.Assign(new TopicPartitionOffset(place, Offset.Beginning));
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var result = consumer.Consume(TimeSpan.FromMilliseconds(500));
            if (result is null)
            {
                if (TimeProvider.System.GetElapsedTime(started) > Patience)
                    throw new TimeoutException($"{partition.Topic} cannot be read to its end");
                continue;
            }

            if (!result.IsPartitionEOF)
                add(result);
            if (result.IsPartitionEOF || result.Offset.Value >= partition.High - 1)
                break;
        }

        consumer.Unassign();
    }

    private IConsumer<byte[]?, byte[]?> Consumer(string group) => new ConsumerBuilder<
            byte[]?,
            byte[]?
        >(
            new ConsumerConfig
            {
                BootstrapServers = bootstrapServers,
                GroupId = group,
                EnableAutoCommit = false,
                EnablePartitionEof = true,
                AutoOffsetReset = AutoOffsetReset.Earliest,
                // Partitions are read one after the other, and the client asks a broker for the
                // next one only when its question beyond the end of the last one is answered.
                FetchWaitMaxMs = 10,
            }
        ).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
}

/// <summary>What was read: events, and records that are none.</summary>
internal sealed record LogContents(
    IReadOnlyList<LogPartition> Partitions,
    List<LogRecord> Records,
    List<UnreadableRecord> Unreadable
)
{
    public void Add(string topic, ConsumeResult<byte[]?, byte[]?> result)
    {
        var (place, offset) = (result.Partition.Value, result.Offset.Value);
        switch (RecordReader.Read(topic, result.Message))
        {
            case { Event: { } e }:
                Records.Add(new LogRecord(place, offset, e));
                break;
            case var (_, type, why):
                Unreadable.Add(new UnreadableRecord(topic, place, offset, type, why));
                break;
        }
    }
}
