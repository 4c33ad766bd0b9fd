using System.Text.RegularExpressions;

namespace ConcertReservation.Tests.Architecture;

/// <summary>
/// HTTP → use case → state and outbox row in one transaction → relay → Kafka → consuming → use
/// case; and no other way.
/// </summary>
internal static partial class OneWayThrough
{
    /// <summary>Whose tables are whose.</summary>
    private static readonly Dictionary<string, string> Schemas = new(StringComparer.Ordinal)
    {
        ["src/Modules/Accounts"] = "accounts",
        ["src/Modules/Concerts"] = "concerts",
        ["src/Modules/Reservations"] = "reservations",
        ["src/Modules/Payments"] = "payments",
        ["src/Modules/Notifications"] = "notifications",
        ["src/Modules/DataPlatform"] = "data_platform",
        ["src/Modules/Ranking"] = "ranking",
        ["src/Messaging"] = "messaging",
    };

    private static readonly string[] Aggregates =
    [
        "src/Modules/Concerts/Concert.cs",
        "src/Modules/Payments/Payment.cs",
        "src/Modules/Payments/Wallet.cs",
        "src/Modules/Reservations/Reservation.cs",
        "src/Modules/Reservations/Seat.cs",
    ];

    private const string OtherWaysToPublish =
        @"\b(IPublishEndpoint|ISendEndpointProvider|ISendEndpoint|IBus|IBusControl)\b"
        + @"|\bIRequestClient\b"
        + @"|\bcontext\.(Publish|Send|Respond\w*)\(";

    public static IReadOnlyList<Rule> All { get; } =
    [
        new(
            "no_module_reads_or_writes_the_tables_of_another",
            house => house.Sources.SelectMany(ForeignTables),
            House.Empty.With(
                "src/Modules/Payments/StartPayment.cs",
                "var sql = \"SELECT price FROM reservations.seats\";"
            ),
            House.Empty.With(
                "src/Modules/Payments/StartPayment.cs",
                "var sql = \"INSERT INTO messaging.outbox (topic)\";"
            ),
            House.Empty.With(
                "src/Messaging/Relay/Relay.cs",
                "var sql = \"UPDATE data_platform.events SET x = 1\";"
            )
        ),
        new(
            "only_ranking_touches_its_keys",
            house =>
                house
                    .Sources.Where(f => !f.IsIn("src/Modules/Ranking") && !f.IsIn("src/Tools"))
                    .SelectMany(f => Rule.Occurrences(f, s => s.Strings, "\"ranking:")),
            House.Empty.With("src/Modules/Concerts/ListConcerts.cs", "Get(\"ranking:bookings\");")
        ),
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
                In(house, "src/Messaging")
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
                In(house, "src/Messaging")
                    .Where(f =>
                        !f.IsIn("src/Messaging/Consuming")
                        && f.Path != "src/Messaging/Kafka/KafkaClients.cs"
                    )
                    .SelectMany(f =>
                        Rule.Occurrences(f, s => s.Code, @"\.Subscribe\(|\.Consume\(\s*[^)C]")
                    ),
            House.Empty.With("src/Messaging/Relay/Relay.cs", "consumer.Subscribe(topics);"),
            House.Empty.With("src/Messaging/Outbox/Outbox.cs", "consumer.Consume(timeout);")
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
        new(
            "there_is_no_way_to_publish_but_the_outbox",
            house =>
                house
                    .Sources.Where(f => f.IsIn("src/Modules") || f.IsIn("src/Host"))
                    .SelectMany(f => Rule.Occurrences(f, s => s.Code, OtherWaysToPublish)),
            House.Empty.With(
                "src/Modules/Payments/Pay.cs",
                "sealed class Pay(IPublishEndpoint bus)"
            ),
            House.Empty.With("src/Modules/Payments/Pay.cs", "await context.Publish(paid);")
        ),
        new(
            "a_consumer_leaves_transactions_to_consuming",
            house =>
                house
                    .Sources.Where(f => f.IsIn("src/Modules"))
                    .Where(f => f.Code.Contains(": IConsumer<", StringComparison.Ordinal))
                    .SelectMany(f =>
                        Rule.Occurrences(
                            f,
                            s => s.Code,
                            @"\b(BeginAsync|CommitAsync|BeginTransaction(Async)?)\("
                        )
                    ),
            House.Empty.With(
                "src/Modules/Payments/RefundOnFailure.cs",
                "class RefundOnFailure : IConsumer<X> { void M() { work.CommitAsync(stop); } }"
            )
        ),
        new(
            // Messaging cuts its tables by the machine's day and measures latencies: no business
            // decision.
            "time_comes_from_the_one_clock",
            house =>
                house
                    .Sources.Where(f => !f.IsIn("src/Tools") && !f.IsIn("src/Messaging"))
                    .Where(f => f.Path != "src/BuildingBlocks/Data/DatabaseClock.cs")
                    .SelectMany(f =>
                        Rule.Occurrences(
                            f,
                            s => s.Code,
                            @"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b|TimeProvider\.System\b"
                        )
                    ),
            House.Empty.With("src/Modules/Payments/Pay.cs", "var now = DateTimeOffset.UtcNow;")
        ),
        new(
            "statements_take_their_time_from_clock_now",
            house =>
                house
                    .Sources.Where(f => !f.IsIn("src/Tools") && !f.IsIn("src/Messaging"))
                    .Where(f => f.Path != "src/BuildingBlocks/Data/ClockDb.cs")
                    .SelectMany(f => Rule.Occurrences(f, s => s.Strings, DatabaseTime)),
            House.Empty.With(
                "src/Modules/Payments/Pay.cs",
                "var sql = \"UPDATE payments.payments SET paid_at = now()\";"
            ),
            House.Empty.With(
                "src/Modules/Payments/Pay.cs",
                "var sql = \"SELECT CURRENT_TIMESTAMP\";"
            )
        ),
        new(
            // PostgreSQL uses no index for a comparison with a volatile function; a sub-select is
            // asked once and compared as a value.
            "what_is_due_is_found_by_index",
            house =>
                house
                    .Sources.Where(f => !f.IsIn("src/Tools") && !FindByKey.Contains(f.Path))
                    .SelectMany(f => Rule.Occurrences(f, s => s.Strings, DueByVolatileTime)),
            House.Empty.With(
                "src/Modules/Payments/FinishPayments.cs",
                "var sql = \"SELECT id FROM payments.payments WHERE next_check_at <= clock.now()\";"
            ),
            House.Empty.With(
                "src/Messaging/Consuming/InboxMaintenance.cs",
                "var sql = \"DELETE FROM t WHERE received_at < clock_timestamp() - $1\";"
            )
        ),
        new(
            "aggregates_know_no_framework_and_keep_their_state",
            house =>
                house
                    .Files.Where(f => Aggregates.Contains(f.Path))
                    .SelectMany(f =>
                        Rule.Occurrences(
                            f,
                            s => s.Code,
                            @"using (Microsoft|Npgsql|MassTransit|StackExchange)[\w.]*;"
                                + @"|public [^;{}()]+\{ get; set; \}"
                        )
                    ),
            House.Empty.With(
                "src/Modules/Payments/Wallet.cs",
                "using Microsoft.EntityFrameworkCore;"
            ),
            House.Empty.With(
                "src/Modules/Payments/Wallet.cs",
                "class Wallet { public long BalanceWon { get; set; } }"
            )
        ),
    ];

    private const string DueByVolatileTime =
        @"(?<!CASE WHEN[^\n]*)[<>]=?\s*clock(_timestamp|\.now)\(\)";

    /// <summary>Their rows are found by other means; the time only judges them.</summary>
    private static readonly string[] FindByKey =
    [
        "src/Modules/Reservations/Holding/HoldBatch.cs",
        "src/Modules/Reservations/LiveSeats.cs",
    ];

    private const string DatabaseTime =
        @"(?i)(?<!clock\.)\bnow\(\)"
        + @"|\b(current_timestamp|localtimestamp|statement_timestamp)\b"
        + @"|\b(transaction_timestamp|current_date|clock_timestamp)\b";

    private static IEnumerable<SourceFile> In(House house, string folder) =>
        house.Files.Where(f => f.IsIn(folder));

    private static IEnumerable<string> ForeignTables(SourceFile file)
    {
        var own = Schemas.FirstOrDefault(s => file.IsIn(s.Key)).Value;
        return own is null
            ? []
            : Table()
                .Matches(file.Strings)
                .Where(m => m.Groups["schema"].Value != own)
                .Select(m => $"{file.Path}:{Rule.LineOf(file, m.Index)} touches {m.Value}");
    }

    /// <summary>As SQL names tables: C# writes members with a capital.</summary>
    [GeneratedRegex(
        @"(?<![\w.\-/@])(?<schema>accounts|concerts|reservations|payments|notifications"
            + "|data_platform|ranking|messaging)"
            + @"\.[a-z_]{2,}",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex Table();
}
