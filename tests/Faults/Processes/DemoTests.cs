using System.Globalization;
using ConcertReservation.Demo;
using ConcertReservation.Tests.Faults.Harness;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// The programs of <c>./run demo</c> and <c>./run verify</c> against a host of ours.
/// </summary>
[Category("Long")]
internal sealed class DemoTests
{
    /// <summary>From the host being ready to the story's end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start()
    {
        _system = await FaultSystem.StartAsync();
        await _system.StartHostAsync();
    }

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task the_demo_tells_its_story_to_the_end()
    {
        var (exitCode, output) = await RunAsync(typeof(DemoSettings));

        exitCode.ShouldBe(0, output);
        output.ShouldContain("every invariant holds");
        var told = new DemoOutput(output);
        await ItIsAsLargeAsPromised(told);
        TheSaleIsTold(told);
        await EverybodyHasTheirManner(told);
        TheRankingsAreTold(told);
        TheHoursAreTold(told);
        await TheEventsAreThoseOfTheOutbox(told);
        await TheMailsAreTold(told);
        TheInvariantsAreTold(told);

        var (verdict, report) = await RunAsync(typeof(Verifier), "--journal", Journal);
        verdict.ShouldBe(0, report);
        report.TrimEnd().ShouldEndWith("Every invariant that could be checked holds.");
    }

    [Test]
    public async Task a_violated_invariant_is_told_and_is_no_success()
    {
        // A sale of which no event tells.
        await _system.Database.ExecuteAsync(
            """
            INSERT INTO reservations.reservations (id, concert_id, customer_id, total_amount,
                held_until, created_at, version, status, user_email, seat_ids)
            VALUES (900000001, 900000002, 900000003, 0,
                clock.now(), clock.now(), 2, 'CONFIRMED', 'nobody@test.example', '{900000004}')
            """
        );

        var (exitCode, output) = await RunAsync(typeof(DemoSettings));

        exitCode.ShouldBe(1, output);
        output.ShouldMatch("The story took [0-9]+ s; [0-9]+ invariants are violated\\.");
        var told = new DemoOutput(output);
        told.Verdict(7).ShouldBe("VIOLATED");
        told.Verdict(8).ShouldBe("holds");
        output.ShouldMatch("\n7: .*900000001");

        var (verdict, report) = await RunAsync(typeof(Verifier), "--journal", Journal);
        verdict.ShouldBe(1, report);
        report.TrimEnd().Split('\n')[^1].ShouldMatch(@"^Violated: .*\b7\b.*\.$");
    }

    private static int TotalSeats => ConcertReservation.Demo.Concert.TotalSeats;

    private async Task ItIsAsLargeAsPromised(DemoOutput told)
    {
        told.Number("✓ (?<n>[0-9,]+) customers signed up").ShouldBeGreaterThanOrEqualTo(200);
        told.Number(": (?<n>[0-9,]+) seats, held for").ShouldBeGreaterThanOrEqualTo(500);
        var prices = await _system.Database.ReadAsync<long>(
            "SELECT price FROM reservations.sections"
        );
        prices.Distinct().Count().ShouldBe(3, "sections with a price of their own");
        var customers = await _system.Database.ScalarAsync<long>(
            "SELECT count(*) FROM accounts.customers"
        );
        customers.ShouldBeGreaterThanOrEqualTo(200);
        var seats = await _system.Database.ScalarAsync<long>(
            "SELECT count(*) FROM reservations.seats WHERE state = 'sold'"
        );
        seats.ShouldBe(TotalSeats, "sold out");
    }

    private static void TheSaleIsTold(DemoOutput told)
    {
        told.Section("The sale: sold out [0-9.]+ s after booking started");
        told.Lines("^ *[+-][0-9.]+ s .*VIP .* sold .* held .* free").ShouldBeGreaterThan(3);
        told.Cell("hold seats", "201").ShouldBeGreaterThanOrEqualTo(TotalSeats / 4);
        told.Cell("hold seats", "409 seat-taken").ShouldBePositive();
        told.Cell("start a payment", "402 insufficient-balance").ShouldBePositive();
        told.Cell("confirm a card payment", "402 payment-declined").ShouldBePositive();
    }

    /// <summary>Each told by the demo, and seen in what they left behind.</summary>
    private async Task EverybodyHasTheirManner(DemoOutput told)
    {
        (string Told, string Left)[] manners =
        [
            ("had a card declined", "payments.payments WHERE status = 'FAILED'"),
            ("let the hold lapse", "reservations.reservations WHERE status = 'EXPIRED'"),
            ("changed their mind", "reservations.reservations WHERE status = 'CANCELLED'"),
            ("joined the waitlist", "notifications.waitlist"),
        ];
        foreach (var (manner, left) in manners)
        {
            told.Cell(manner).ShouldBePositive(manner);
            var rows = await _system.Database.ScalarAsync<long>($"SELECT count(*) FROM {left}");
            rows.ShouldBePositive(manner);
        }
    }

    private static void TheRankingsAreTold(DemoOutput told)
    {
        told.Section("Rankings, from Redis");
        told.Rows(@"│ +1 │ [^│]+ │ +(?<n>[0-9,]+) │")
            .First()
            .ShouldBe(TotalSeats, "the seats of the concert that was booked most");
        told.Text.ShouldMatch(@"Sold out fastest(.*\n)+?.*│ +1 │ [^│]+ │ +[0-9.]+ │");
    }

    private static void TheHoursAreTold(DemoOutput told)
    {
        told.Section("Statistics by hour, from the event store");
        // Hour, bookings, seats booked, confirmed, seats sold: a sale may be in two hours.
        told.Rows(@"│ 20[0-9-]+ [0-9]{2}:00 │( +[0-9,]+ │){3} +(?<n>[0-9,]+) │")
            .Sum()
            .ShouldBe(TotalSeats);
    }

    private async Task TheEventsAreThoseOfTheOutbox(DemoOutput told)
    {
        told.Section("Events in Kafka, read back from offset 0");
        var sent = await _system.Database.ReadAsync<string>(
            """
            SELECT topic || ' ' || event_type || ' ' || count(*)
            FROM messaging.outbox GROUP BY topic, event_type
            """
        );
        sent.Count.ShouldBeGreaterThanOrEqualTo(9, "types of events");
        foreach (var (topic, type, count) in sent.Select(s => s.Split(' ')).Select(Three))
            told.Cell(topic, type).ShouldBe(count, $"{type} in {topic}");

        static (string, string, long) Three(string[] words) =>
            (words[0], words[1], long.Parse(words[2], CultureInfo.InvariantCulture));
    }

    private async Task TheMailsAreTold(DemoOutput told)
    {
        told.Section("Mails");
        string[] kinds = ["welcome", "seats-held", "confirmed", "cancelled", "sold-out", "expired"];
        foreach (var kind in kinds)
        {
            var sent = await _system.Database.ScalarAsync<long>(
                "SELECT count(*) FROM notifications.mails WHERE kind = $1 AND state = 'sent'",
                kind
            );
            sent.ShouldBePositive(kind);
            told.Cell(kind).ShouldBe(sent, kind);
        }

        told.Text.ShouldMatch("to [^│]+ <[^>]+@example\\.com>");
        told.Text.ShouldMatch("(예매 번호: [0-9]+|Reservation)");
    }

    private static void TheInvariantsAreTold(DemoOutput told)
    {
        told.Section("Invariants, checked from outside");
        for (var number = 1; number <= 13; number++)
        {
            told.Verdict(number).ShouldBe("holds", $"invariant {number}");
            told.Figures(number).ShouldBePositive($"figures of invariant {number}");
        }
    }

    private string Journal => Path.Combine(_system.Folder, "demo-journal.jsonl");

    private Task<(int ExitCode, string Output)> RunAsync(Type program, params string[] args)
    {
        var services = _system.Services;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Demo__Host"] = _system.Hosts[0].Url.ToString(),
            ["Demo__Sandbox"] = _system.Provider.Url.ToString(),
            ["ConnectionStrings__Postgres"] = services.Postgres,
            ["ConnectionStrings__Redis"] = services.Redis,
            ["Kafka__BootstrapServers"] = services.Kafka,
            ["Kafka__Prefix"] = services.KafkaPrefix,
            ["Accounts__Operator__Email"] = FaultSystem.OperatorEmail,
            ["Accounts__Operator__Password"] = FaultSystem.OperatorPassword,
            ["Notifications__PickupDirectory"] = _system.MailFolder,
            // The journal is written beside it.
            ["LOCAL_SERVICES"] = Path.Combine(_system.Folder, "run.json"),
        };
        return Tool.RunAsync(program.Assembly, _system.Folder, settings, Patience, args);
    }
}
