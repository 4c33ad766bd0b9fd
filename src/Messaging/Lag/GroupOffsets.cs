using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>
/// The offsets that a group has committed, asked by a consumer that bears the group's name and
/// never joins it: the client has no other way.
/// </summary>
internal static class GroupOffsets
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TeardownLimit = TimeSpan.FromSeconds(1);

    /// <param name="group">As Kafka knows it.</param>
    /// <param name="partitions">With the prefix.</param>
    /// <returns>Of those partitions in which it has committed one.</returns>
    /// <exception cref="KafkaException">Kafka does not answer, or refuses.</exception>
    public static Dictionary<TopicPartition, long> Read(
        KafkaClients clients,
        string group,
        IReadOnlyCollection<TopicPartition> partitions
    )
    {
        var config = clients.ConsumerConfig(group, "lag");
        config.GroupId = group;
        var consumer = clients.Consumer(config, _ => { }).Build();
        KafkaTeardown.Keep(consumer);
        try
        {
            return consumer
                .Committed(partitions, AnswerLimit)
                .Where(c => c.Offset.Value >= 0)
                .ToDictionary(c => c.TopicPartition, c => c.Offset.Value);
        }
        finally
        {
            KafkaTeardown.End(consumer, TeardownLimit);
        }
    }
}
