using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json.Nodes;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using ConcertReservation.Tests.Integration.Sale;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// What kcat writes into each topic, whole and broken: every group of ours takes it as the pages
/// say, counts it, and goes on.
/// </summary>
[Parallelizable]
internal sealed class BadRecordTests
{
    /// <summary>Of a batch, by default, with all that is around a body.</summary>
    private const int BrokerLimit = 1_048_588;

    /// <summary>Of a batch of one record without headers, and with a short key.</summary>
    private const int AroundBody = 72;

    private const int Partition = 1;
    private const string Unknown = "SEAT_PAINTED";

    private static readonly BadTopic[] AllTopics =
    [
        new(Topics.Users, "USER_SIGNED_UP", "userId", "email"),
        new(Topics.Concerts, "CONCERT_SOLD_OUT", "concertId", "totalSeats"),
        new(Topics.Reservations, "RESERVATION_CREATED", "reservationId", "seatIds"),
        new(Topics.Payments, "PAYMENT_REFUNDED", "paymentId", "amount"),
    ];

    private static readonly BadRecord[] Records = [.. AllTopics.SelectMany(t => RecordsOf(t))];

    private TestSystem _system = null!;
    private HostMetrics _metrics = null!;
    private ILookup<string, string> _letters = null!;
    private ILookup<Guid, string> _applied = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Kafka:Consuming:RetryDelayMilliseconds"] = "20",
                },
            }
        );
        _metrics = new HostMetrics(_system.HostA.Services.GetRequiredService<IMeterFactory>());
        await Task.WhenAll(AllTopics.Select(t => WriteAsync(Records.Where(r => r.Topic == t))));
        await Eventually.Becomes(
            "every group has come to the last record of each topic, and its letters are shown",
            async () =>
            {
                await ReadAsync();
                return string.Join(", ", Records.SelectMany(Missing));
            },
            missing => missing.Length == 0
        );
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _metrics.Dispose();
        await _system.DisposeAsync();
    }

    [TestCaseSource(nameof(Records))]
    public void each_record_is_applied_skipped_or_a_dead_letter(BadRecord record)
    {
        var (applied, letters) = Expected(record);

        _applied[record.EventId].ShouldBe(applied, ignoreOrder: true);
        _letters[record.Key].ShouldBe(letters, ignoreOrder: true);
    }

    [TestCaseSource(nameof(AllTopics))]
    public void dead_letters_and_skipped_events_are_counted(BadTopic topic)
    {
        var ours = Records.Where(r => r.Topic == topic).ToList();
        foreach (var group in Reading(topic))
        {
            _metrics
                .Sum($"dead_letters group={group} topic={topic.Name}")
                .ShouldBe(ours.Count(r => Expected(r).Letters.Contains(group)), group);
        }

        // Those that read several topics count them together.
        var unknown = AllTopics.Where(t => Reading(t).Contains("notification-service"));
        _metrics
            .Sum("kafka.consumer.unknown group=notification-service")
            .ShouldBe(Records.Count(r => unknown.Contains(r.Topic) && r.Type == Unknown));
    }

    [Test]
    public async Task no_group_stops_and_a_sale_goes_its_way()
    {
        _metrics.Read("kafka.consumer.stopped").Values.ShouldAllBe(stopped => stopped == 0);

        var concert = await Integration.Given.AConcert(seats: 2, system: _system);
        var mina = await Integration.Given.ACustomer(_system);
        await mina.Buys(concert.Seats(1, 2));

        await mina.SeesConcert(concert.Id, "SOLD_OUT");
        await mina.Ranks(concert, seats: 2);
        await mina.Receives("예매가 확정되었습니다");
    }

    [TestCaseSource(nameof(AllTopics))]
    public async Task one_byte_more_than_the_limit_brokers_refuse_themselves(BadTopic topic)
    {
        if (_system.Kafka.Embedded is not null)
            Assert.Ignore("The embedded Kafka has no limit.");
        var record = Records.Single(r => r.Topic == topic && r.What == BadRecord.AtTheLimit);

        var said = await WriteAsync(record with { Body = [.. record.Body!, (byte)' '] });

        said.ShouldContain("Message size too large");
    }

    private static IEnumerable<BadRecord> RecordsOf(BadTopic topic)
    {
        var number = 0;
        string[] type = [$"ce_type={topic.Type}"];

        yield return Letter("tombstone", _ => null);
        yield return Letter("text", _ => "hello"u8.ToArray());
        yield return Letter("missing field", b => Json(b, j => j.Remove(topic.Field)));
        yield return Letter("wrong type", b => Json(b, j => j[topic.Field] = new JsonObject()));
        yield return Letter("id is text", b => Json(b, j => j[topic.Id] = "x"));
        yield return Letter("invalid utf-8", b => [.. b[..^1], .. ",\"x\":\""u8, 0xC3, .. "\"}"u8]);
        yield return Untyped(Letter("no type anywhere", _ => "{}"u8.ToArray()));
        yield return Untyped(Letter("nothing at the limit", _ => AtLimit([])));
        yield return Skipped("of an unknown type", "{\"x\":1}"u8.ToArray());
        yield return Skipped("tombstone of an unknown type", null);
        yield return Bare(Applied("no headers", b => b));
        yield return Applied("headers twice", b => b, $"ce_type={Unknown}");
        yield return Applied("of the year 1", b => At(b, "0001-01-01T00:00:00.000000Z"));
        yield return Applied("of the year 9999", b => At(b, "9999-06-30T12:00:00.000000Z"));
        yield return Bare(Applied(BadRecord.AtTheLimit, AtLimit));
        yield return Applied(BadRecord.Last, b => b);

        static BadRecord Bare(BadRecord record) => record with { Headers = [] };

        static BadRecord Untyped(BadRecord record) => Bare(record) with { Type = null };

        BadRecord Applied(string what, Func<byte[], byte[]?> change, params string[] before)
        {
            var id = Guid.CreateVersion7();
            var key = $"bad-{++number:D2}-{topic.Type[..4]}";
            var file = Path.Combine(AppContext.BaseDirectory, "Golden", $"{topic.Type}.json");
            var body = Json(
                File.ReadAllBytes(file),
                j => (j["eventId"], j[topic.Id]) = (id.ToString(), 900_000 + number)
            );
            return new(
                topic,
                what,
                key,
                id,
                change(body),
                [.. before, .. type],
                topic.Type,
                Fate.Applied
            );
        }

        BadRecord Letter(string what, Func<byte[], byte[]?> change) =>
            Applied(what, change) with
            {
                Fate = Fate.Letter,
            };

        BadRecord Skipped(string what, byte[]? body) =>
            Applied(what, _ => body) with
            {
                Headers = [$"ce_type={Unknown}"],
                Type = Unknown,
                Fate = Fate.Skipped,
            };
    }

    private static byte[] Json(byte[] body, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        change(json);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static byte[] At(byte[] body, string time) => Json(body, j => j["occurredAt"] = time);

    /// <summary>Blanks after it, so many that the broker takes not one more.</summary>
    private static byte[] AtLimit(byte[] body)
    {
        const int KeyLength = 11;
        var padded = new byte[BrokerLimit - AroundBody - KeyLength];
        padded.AsSpan().Fill((byte)' ');
        body.CopyTo(padded);
        return padded;
    }

    private (IEnumerable<string> Applied, IEnumerable<string> Letters) Expected(BadRecord record) =>
        record.Fate switch
        {
            Fate.Applied => (Wanting(record.Type), []),
            Fate.Letter => ([], record.Type is null ? Reading(record.Topic) : Wanting(record.Type)),
            _ => ([], []),
        };

    /// <summary>
    /// Groups that the last of its topic has not reached, and letters: they come by a topic and a
    /// group of their own, so that a group may be done before its letters are shown.
    /// </summary>
    private IEnumerable<string> Missing(BadRecord record)
    {
        var (applied, letters) = Expected(record);
        var unread = record.What == BadRecord.Last ? applied.Except(_applied[record.EventId]) : [];
        return unread.Concat(letters.Except(_letters[record.Key])).Select(g => $"{g} {record}");
    }

    private IEnumerable<ConsumerGroup> Groups =>
        _system.HostA.Services.GetServices<ConsumerGroup>();

    private List<string> Wanting(string? type) =>
        [
            .. Groups
                .Where(g => g.Subscriptions.Any(s => s.Events.Any(e => e.Name == type)))
                .Select(g => g.Name),
        ];

    private List<string> Reading(BadTopic topic) =>
        [.. Groups.Where(g => g.Topics.Contains(topic.Name)).Select(g => g.Name)];

    private async Task WriteAsync(IEnumerable<BadRecord> records)
    {
        foreach (var record in records)
            (await WriteAsync(record)).ShouldBeEmpty($"{record}");
    }

    private Task<string> WriteAsync(BadRecord record) =>
        Kcat.ProduceAsync(
            _system.Kafka,
            record.Topic.Name,
            Partition,
            record.Key,
            record.Body,
            record.Headers
        );

    private async Task ReadAsync()
    {
        var letters = await _system.Database.ReadAsync<string>(
            """
            SELECT convert_from(key, 'UTF8') || ' ' || consumer_group FROM messaging.dead_letters
            """
        );
        _letters = letters.Select(l => l.Split(' ')).ToLookup(l => l[0], l => l[1]);
        var applied = await _system.Database.ReadAsync<string>(
            """
            SELECT event_id || ' ' || consumer_group FROM (
                SELECT event_id, group_id FROM messaging.inbox
                UNION ALL SELECT event_id, group_id FROM messaging.inbox_foreign) AS known
            JOIN messaging.consumer_groups USING (group_id)
            """
        );
        _applied = applied.Select(a => a.Split(' ')).ToLookup(a => Guid.Parse(a[0]), a => a[1]);
    }
}
