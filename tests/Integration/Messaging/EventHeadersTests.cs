using System.Text;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>What other systems read: key, value and headers of a record, byte for byte.</summary>
[Parallelizable]
internal sealed class EventHeadersTests
{
    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task a_record_has_the_headers_of_the_event_contract_byte_for_byte()
    {
        var paid = new PaymentCompleted
        {
            EventId = Guid.Parse("0193a7c1-6f00-7a3b-8c4d-0123456789ab"),
            OccurredAt = new DateTimeOffset(2026, 11, 20, 11, 0, 0, 123, 456, TimeSpan.Zero),
            PaymentId = 7,
            ReservationId = 12345,
            UserId = 42,
            Amount = new Money(150_000),
            PaymentMethod = "CARD",
            Version = 2,
        };
        var row = OutboxRow.From(paid) with
        {
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
        await _system.PublishAsync(row);
        await _system.StartHostAsync();

        var record = (
            await Eventually.Becomes("it is in Kafka", _system.ReadKafka, r => r.Count > 0)
        ).Single();

        record.Topic.ShouldBe(_system.Kafka.Prefix + "payment-events");
        record.Message.Key.ShouldBe("payment-7"u8.ToArray());
        record.Message.Value.ShouldBe(EventCatalogue.Serialize(paid));
        record
            .Message.Headers.Select(h => $"{h.Key}: {Encoding.UTF8.GetString(h.GetValueBytes())}")
            .ShouldBe([
                "ce_specversion: 1.0",
                "ce_id: 0193a7c1-6f00-7a3b-8c4d-0123456789ab",
                "ce_type: PAYMENT_COMPLETED",
                "ce_source: /concert-reservation/payments",
                "ce_time: 2026-11-20T11:00:00.123456Z",
                "ce_subject: payment-7",
                "ce_sequence: 0000000002",
                "ce_partitionkey: payment-7",
                "content-type: application/json",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ]);
        Encoding
            .UTF8.GetString(record.Message.Value)
            .ShouldContain("\"occurredAt\":\"2026-11-20T11:00:00.123456Z\"");
    }

    [Test]
    public async Task an_event_of_exactly_the_limit_arrives_and_one_byte_more_is_refused()
    {
        var overhead = SomeEvents.SignUp(1, name: "").Body.Length;
        var longest = new string('n', OutboxRow.MaxBodyBytes - overhead);
        var row = SomeEvents.SignUp(1, name: longest);
        row.Body.Length.ShouldBe(OutboxRow.MaxBodyBytes);
        await _system.PublishAsync(row);
        await _system.StartHostAsync();

        var record = (
            await Eventually.Becomes("it is in Kafka", _system.ReadKafka, r => r.Count > 0)
        ).Single();

        record.Message.Value.ShouldBe(row.Body);
        Should.Throw<ArgumentException>(() => SomeEvents.SignUp(1, name: longest + "n"));
    }

    [Test]
    public async Task keys_go_to_the_partitions_where_java_clients_look_for_them()
    {
        // As org.apache.kafka.common.utils.Utils.murmur2 has them, of 6 partitions.
        var expected = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["reservation-12345"] = 1,
            ["reservation-1"] = 4,
            ["payment-7"] = 3,
            ["concert-42"] = 1,
        };
        var row = SomeEvents.SignUp(1) with { Topic = Topics.Reservations };
        await _system.PublishAsync([.. expected.Keys.Select(k => row with { Key = k })]);
        await _system.StartHostAsync();

        var records = await Eventually.Becomes(
            "all are in Kafka",
            _system.ReadKafka,
            r => r.Count == expected.Count
        );

        records
            .ToDictionary(r => r.Key(), r => r.Partition.Value, StringComparer.Ordinal)
            .ShouldBe(expected, ignoreOrder: true);
    }
}
