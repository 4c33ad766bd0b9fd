using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>What a partition keeps.</summary>
/// <param name="Low">The offset of its oldest record.</param>
/// <param name="High">The offset that its next record gets.</param>
internal readonly record struct Watermarks(long Low, long High)
{
    public bool IsEmpty => Low == High;
}

/// <summary>The watermarks of all partitions of our topics.</summary>
internal static class KafkaWatermarks
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TeardownLimit = TimeSpan.FromSeconds(2);

    /// <returns>By topic (without the prefix) and partition.</returns>
    /// <exception cref="KafkaException">Kafka does not answer, or not for every topic.</exception>
    public static async Task<
        IReadOnlyDictionary<(string Topic, int Partition), Watermarks>
    > ReadAsync(KafkaClients clients, IEnumerable<string> topics, CancellationToken stop)
    {
        try
        {
            return await OwnThread.RunAsync(() => Read(clients, topics)).WaitAsync(Limit, stop);
        }
        catch (TimeoutException e)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut, "No watermarks."), e);
        }
    }

    /// <summary>
    /// Of the topics of events alone, where one of them all is not there: where an administrator
    /// makes the topics, those of dead letters may come later.
    /// </summary>
    /// <exception cref="KafkaException">Kafka does not answer, or lacks one of events.</exception>
    public static async Task<
        IReadOnlyDictionary<(string Topic, int Partition), Watermarks>
    > ReadWhatIsThereAsync(KafkaClients clients, IEnumerable<string> topics, CancellationToken stop)
    {
        try
        {
            return await ReadAsync(clients, topics, stop);
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.UnknownTopicOrPart)
        {
            return await ReadAsync(clients, Topics.Partitions.Keys, stop);
        }
    }

    private static IReadOnlyDictionary<(string Topic, int Partition), Watermarks> Read(
        KafkaClients clients,
        IEnumerable<string> topics
    )
    {
        // Of no group: it only asks.
        var consumer = clients
            .Consumer(clients.ConsumerConfig("watermarks", "watermarks"), _ => { })
            .Build();
        var admin = clients.Admin("watermarks");
        // librdkafka waits for watermarks without a limit of its own: where Kafka goes for good in
        // the midst of it, this thread and its clients stay.
        KafkaTeardown.Keep(consumer);
        KafkaTeardown.Keep(admin);
        try
        {
            var watermarks = new Dictionary<(string, int), Watermarks>();
            foreach (var topic in topics)
            {
                foreach (var partition in PartitionsOf(admin, clients.Prefixed(topic)))
                {
                    var found = consumer.QueryWatermarkOffsets(partition, AnswerLimit);
                    watermarks[(topic, partition.Partition.Value)] = new Watermarks(
                        found.Low.Value,
                        found.High.Value
                    );
                }
            }

            return watermarks;
        }
        finally
        {
            KafkaTeardown.End(admin, TeardownLimit);
            KafkaTeardown.End(consumer, TeardownLimit);
        }
    }

    /// <summary>
    /// A topic that the broker does not know yet is not one without partitions: what it keeps is
    /// unknown.
    /// </summary>
    private static IEnumerable<TopicPartition> PartitionsOf(IAdminClient admin, string name)
    {
        var topic = admin.GetMetadata(name, AnswerLimit).Topics.Single();
        if (topic.Error.IsError)
            throw new KafkaException(topic.Error);
        if (topic.Partitions.Count == 0)
            throw new KafkaException(new Error(ErrorCode.UnknownTopicOrPart, $"No {name} yet."));

        return topic.Partitions.Select(p => new TopicPartition(name, p.PartitionId));
    }
}
