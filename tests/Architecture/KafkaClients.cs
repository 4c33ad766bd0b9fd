namespace ConcertReservation.Tests.Architecture;

/// <summary>Who talks to Kafka: one part of Messaging writes, another one reads.</summary>
internal static class KafkaClients
{
    /// <summary>Called or handed on; no method of MassTransit's is called like these.</summary>
    private const string Reading = @"\.(Subscribe|Assign|IncrementalAssign|Consume)\b";

    /// <summary>MassTransit's consumers are of one type, Kafka's of two.</summary>
    private const string Consumers =
        @"\bIConsumer<[^<>]+,|\bConsumer(Builder|Config)\b|\.Consumer\(";

    public static IReadOnlyList<Rule> All { get; } =
    [
        new(
            "only_messaging_and_tools_speak_kafka",
            house =>
                house
                    .Rooms.Where(r => !r.IsTool && r.Name != "Messaging")
                    .Where(r => r.Path.StartsWith("src/", StringComparison.Ordinal))
                    .Where(r => r.ForeignReferences.Contains("Confluent.Kafka"))
                    .Select(r => $"{r.Path} uses Confluent.Kafka"),
            House.Empty.With(
                new Room("src/Modules/Payments") { ForeignReferences = ["Confluent.Kafka"] }
            )
        ),
        new(
            "only_relay_and_dead_letters_produce",
            house =>
                house
                    .Files.Where(f => f.IsIn("src/Messaging"))
                    .Where(f =>
                        !f.IsIn("src/Messaging/Relay")
                        && !f.IsIn("src/Messaging/DeadLetters")
                        // Makes the clients for those two, with the settings of all.
                        && f.Path != "src/Messaging/Kafka/KafkaClients.cs"
                    )
                    .SelectMany(f =>
                        Rule.Occurrences(
                            f,
                            s => s.Code,
                            @"\bI?Producer(Builder)?<|\.Produce(Async)?\("
                        )
                    ),
            House.Empty.With("src/Messaging/Outbox/Outbox.cs", "IProducer<byte[], byte[]> kafka;"),
            House.Empty.With("src/Messaging/Consuming/Worker.cs", "kafka.Produce(topic, message);")
        ),
        new(
            "only_consuming_reads",
            house =>
                house
                    .Sources.Where(f => !f.IsIn("src/Tools") && !f.IsIn("src/Messaging/Consuming"))
                    .SelectMany(f => Rule.Occurrences(f, s => s.Code, Reading)),
            House.Empty.With("src/Messaging/Relay/Relay.cs", "consumer.Subscribe(topics);"),
            House.Empty.With("src/Messaging/Relay/Relay.cs", "consumer.Assign(partition);"),
            House.Empty.With("src/Messaging/Relay/Relay.cs", "consumer.IncrementalAssign(more);"),
            House.Empty.With("src/Messaging/Relay/Relay.cs", "consumer.Consume();"),
            House.Empty.With(
                "src/Messaging/Relay/Relay.cs",
                "consumer.Consume(CancellationToken.None);"
            ),
            House.Empty.With("src/Messaging/Relay/Relay.cs", "Poll(consumer.Consume);"),
            House.Empty.With("src/Messaging/DeadLetters/Again.cs", "consumer?.Consume(100);"),
            House.Empty.With("src/Messaging/Outbox/Outbox.cs", "consumer.Consume(timeout);"),
            House.Empty.With("src/Messaging/Kafka/KafkaClients.cs", "consumer.Consume(timeout);"),
            House.Empty.With("src/Modules/Ranking/Rebuild.cs", "consumer.Consume(stop);"),
            House.Empty.With("src/Host/Program.cs", "log.Assign(partitions);")
        ),
        new(
            "only_consuming_has_consumers",
            house =>
                house
                    .Sources.Where(f =>
                        !f.IsIn("src/Tools")
                        && !f.IsIn("src/Messaging/Consuming")
                        // Makes the clients, with the settings of all.
                        && f.Path != "src/Messaging/Kafka/KafkaClients.cs"
                        // Asks where partitions begin and end, in no group, and reads nothing.
                        && f.Path != "src/Messaging/Kafka/KafkaWatermarks.cs"
                        // Asks where the records of a time begin, as those do.
                        && f.Path != "src/Messaging/Kafka/KafkaTimes.cs"
                        // Asks what a group has committed, without being of it.
                        && f.Path != "src/Messaging/Lag/GroupOffsets.cs"
                    )
                    .SelectMany(f => Rule.Occurrences(f, s => s.Code, Consumers)),
            House.Empty.With("src/Messaging/Relay/Relay.cs", "IConsumer<byte[], byte[]> kafka;"),
            House.Empty.With(
                "src/Messaging/Relay/Relay.cs",
                "new ConsumerBuilder<string, byte[]>(config)"
            ),
            House.Empty.With("src/Messaging/Outbox/Outbox.cs", "clients.Consumer(config, Log)"),
            House.Empty.With("src/Modules/Payments/Pay.cs", "var c = new ConsumerConfig();")
        ),
        new(
            "only_dead_letters_write_dead_letter_topics",
            house =>
                house
                    .Sources.Where(f =>
                        !f.IsIn("src/Messaging/DeadLetters")
                        && !f.IsIn("src/Tools")
                        && f.Path != "src/Contracts/Topics.cs"
                        // Creates the topics, and writes to none.
                        && f.Path != "src/Messaging/Kafka/KafkaTopics.cs"
                    )
                    .SelectMany(f =>
                        Rule.Occurrences(f, s => s.Code, @"\bTopics\.DeadLetters\(")
                            .Concat(Rule.Occurrences(f, s => s.Strings, "-dlt\""))
                    ),
            House.Empty.With(
                "src/Messaging/Consuming/Worker.cs",
                "kafka.Send(Topics.DeadLetters(topic), record);"
            ),
            House.Empty.With("src/Modules/Payments/Pay.cs", "Send(topic + \"-dlt\");")
        ),
    ];
}
