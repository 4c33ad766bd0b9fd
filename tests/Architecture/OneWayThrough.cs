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

    /// <summary>
    /// Customer of Accounts is none of them: it is Identity's user, whose stores want its class
    /// and its public setters. What is its own keeps to <see cref="Stateful"/>.
    /// </summary>
    private static readonly string[] Aggregates =
    [
        "src/Modules/Concerts/Concert.cs",
        "src/Modules/Payments/Payment.cs",
        "src/Modules/Payments/PaymentChecks.cs",
        "src/Modules/Payments/Wallet.cs",
        "src/Modules/Reservations/Reservation.cs",
        "src/Modules/Reservations/Seat.cs",
    ];

    public static IReadOnlyList<string> Stateful { get; } =
    [.. Aggregates, "src/Modules/Accounts/Customer.cs"];

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
            "aggregates_know_no_framework",
            house =>
                house
                    .Files.Where(f => Aggregates.Contains(f.Path))
                    .SelectMany(f =>
                        Rule.Occurrences(
                            f,
                            s => s.Code,
                            @"using (Microsoft|Npgsql|MassTransit|StackExchange)[\w.]*;"
                        )
                    ),
            House.Empty.With(
                "src/Modules/Payments/Wallet.cs",
                "using Microsoft.EntityFrameworkCore;"
            )
        ),
        new(
            "aggregates_keep_their_state",
            house =>
                house
                    .Files.Where(f => Stateful.Contains(f.Path))
                    .SelectMany(f =>
                        Rule.Occurrences(f, s => s.Code, @"public [^;{}()]+\{ get; set; \}")
                    ),
            House.Empty.With(
                "src/Modules/Payments/Wallet.cs",
                "class Wallet { public long BalanceWon { get; set; } }"
            ),
            House.Empty.With(
                "src/Modules/Accounts/Customer.cs",
                "class Customer : IdentityUser<long> { public string Name { get; set; } }"
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
