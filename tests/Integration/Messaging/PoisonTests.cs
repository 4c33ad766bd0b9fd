using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Events that cannot be applied are set aside; the others never notice.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PoisonTests
{
    [Test]
    [Category("Long")]
    public async Task poison_in_the_midst_of_a_batch_leaves_its_neighbours_with_one_effect_each()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await system.PaidAsync(1..600);
        var host = await system.StartHostAsync();
        var attempts = 0;
        host.Script.OnPayment = (id, _) =>
        {
            if (id != 300)
                return Task.CompletedTask;

            Interlocked.Increment(ref attempts);
            throw new ArithmeticException("It does not add up.", new KeyNotFoundException("No."));
        };

        await system.AppliedAsync(599);
        await system.SettledAsync(Topics.Payments, records: 600);

        (await system.EffectsAsync())
            .Order()
            .ShouldBe(Enumerable.Range(1, 600).Where(i => i != 300).Select(i => (long)i));
        attempts.ShouldBeInRange(4, 5, "in its batch perhaps, once alone, and three retries");
        (await system.StatusesAsync()).ShouldBe(["waiting payment-300"]);
    }

    [Test]
    [Category("Long")]
    public async Task a_key_longer_than_an_index_entry_holds_up_nothing_and_is_one_letter()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await system.StartHostAsync();
        var key = new byte[5_000];
        new Random(7).NextBytes(key);

        var sent = await system.ProduceAsync(Topics.Payments, 0, key, "no event"u8.ToArray());
        await system.PaidAsync(1..50);

        await system.AppliedAsync(50);
        await system.SettledAsync(Topics.Payments, records: 51);
        (await system.ListAsync<byte[]>("SELECT key FROM messaging.dead_letters")).ShouldBe([key]);
        var letter = system.DeadLettersOf(Topics.Payments).ShouldHaveSingleItem();
        letter.Bytes("kafka_dlt-original-offset").ShouldBe(HeaderReading.Int64(sent.Offset.Value));
    }

    [Test]
    [Category("Long")]
    public async Task a_letter_that_the_database_refuses_is_sent_to_kafka_once()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        await system.ExecuteAsync(
            "ALTER TABLE messaging.dead_letters ADD CONSTRAINT refused CHECK (event_id IS NOT NULL)"
        );
        await system.ProduceAsync(
            Topics.Payments,
            0,
            key: null,
            "no event"u8.ToArray(),
            ("ce_type", "PAYMENT_COMPLETED"u8.ToArray())
        );
        await Eventually.Until("it is tried again", () => host.Unwritten >= 3);

        await system.ExecuteAsync("ALTER TABLE messaging.dead_letters DROP CONSTRAINT refused");
        await system.SettledAsync(Topics.Payments, records: 1);

        system.DeadLettersOf(Topics.Payments).Count.ShouldBe(1);
    }

    [Test]
    public async Task a_dead_letter_tells_all_that_springs_do()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        host.Script.OnPayment = (_, _) =>
            throw new ArithmeticException("Does not add up: 원", new KeyNotFoundException("No."));
        var paid = Given.Paid(1);
        var sent = await system.ProduceAsync(paid);

        await Eventually.Until(
            "it is given up",
            async () => (await system.StatusesAsync()).Count == 1
        );

        var letter = system.DeadLettersOf(Topics.Payments).ShouldHaveSingleItem();
        letter.Partition.Value.ShouldBe(sent.Partition.Value);
        letter.Message.Key.ShouldBe(Encoding.UTF8.GetBytes("payment-1"));
        letter.Message.Value.ShouldBe(EventCatalogue.Serialize(paid));
        letter.Text("ce_type").ShouldBe("PAYMENT_COMPLETED");
        letter.Text("ce_id").ShouldBe(paid.EventId.ToString());
        letter.Text("kafka_dlt-original-topic").ShouldBe(system.Kafka.Prefix + Topics.Payments);
        letter
            .Bytes("kafka_dlt-original-partition")
            .ShouldBe(HeaderReading.Int32(sent.Partition.Value));
        letter.Bytes("kafka_dlt-original-offset").ShouldBe(HeaderReading.Int64(sent.Offset.Value));
        letter
            .Bytes("kafka_dlt-original-timestamp")
            .ShouldBe(HeaderReading.Int64(system.ProducedAt.ToUnixTimeMilliseconds()));
        letter.Text("kafka_dlt-original-timestamp-type").ShouldBe("CreateTime");
        letter
            .Text("kafka_dlt-original-consumer-group")
            .ShouldBe(system.Kafka.Prefix + ConsumingHost.Group);
        letter.Text("kafka_dlt-exception-fqcn").ShouldBe("System.ArithmeticException");
        letter
            .Text("kafka_dlt-exception-cause-fqcn")
            .ShouldBe("System.Collections.Generic.KeyNotFoundException");
        letter.Text("kafka_dlt-exception-message").ShouldBe("Does not add up: 원");
        letter.Text("kafka_dlt-exception-stacktrace").ShouldContain(nameof(CountPayments));
    }

    [Test]
    public async Task later_events_of_a_key_are_parked_in_order_and_neighbours_go_on()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        host.Script.OnPayment = (id, _) =>
            id == 1 ? throw new ArithmeticException("No.") : Task.CompletedTask;
        await system.ProduceAsync([Given.Paid(1, version: 1)]);
        await Eventually.Until(
            "it is given up",
            async () => (await system.StatusesAsync()).Count == 1
        );
        // What failed would go through now; its key waits for somebody's decision all the same.
        host.Script.OnPayment = (_, _) => Task.CompletedTask;

        var later = Enumerable.Range(2, 20).Select(version => Given.Paid(1, version));
        var neighbours = Enumerable.Range(2, 100).Select(id => Given.Paid(id));
        await system.ProduceAsync([.. later, .. neighbours]);
        await system.AppliedAsync(100);
        await system.SettledAsync(Topics.Payments, records: 121);

        (await system.EffectsAsync()).ShouldNotContain(1);
        var versions = await system.ListAsync<long>(
            "SELECT version FROM messaging.dead_letters ORDER BY dead_letter_id"
        );
        versions.ShouldBe(Enumerable.Range(1, 21).Select(v => (long)v));
        (await system.StatusesAsync()).Count(s => s == "parked payment-1").ShouldBe(20);
        var inTopic = system.DeadLettersOf(Topics.Payments).Select(l => l.Text("ce_sequence"));
        inTopic.ShouldBe(Enumerable.Range(1, 21).Select(v => $"{v:D10}"));
    }

    [Test]
    [Category("Long")]
    public async Task a_rewind_repeats_no_dead_letter()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var first = await system.StartHostAsync();
        first.Script.OnPayment = (id, _) =>
            id == 1 ? throw new ArithmeticException("No.") : Task.CompletedTask;
        await system.ProduceAsync([Given.Paid(1, 1), Given.Paid(1, 2), Given.Paid(2)]);
        await system.ProduceAsync(Topics.Payments, 0, key: null, "no event"u8.ToArray());
        await system.SettledAsync(Topics.Payments, records: 4);
        await first.StopAsync();

        await system.RewindAsync(Topics.Payments);
        var second = await system.StartHostAsync();
        await Eventually.Until("the inbox met one again", () => second.Duplicates >= 1);
        await system.PaidAsync(3..3);
        await system.AppliedAsync(2);

        (await system.EffectsAsync()).Order().ShouldBe([2, 3]);
        (await system.StatusesAsync())
            .Order()
            .ShouldBe(["parked payment-1", "waiting", "waiting payment-1"]);
        system.DeadLettersOf(Topics.Payments).Count.ShouldBe(3);
    }

    [TestCase(9, 3_000_000, "body")]
    [TestCase(3_000_000, 1, "everything")]
    [Category("Long")]
    public async Task a_record_that_unpacks_to_more_than_a_letter_may_have_holds_up_nothing(
        int keyBytes,
        int bodyBytes,
        string omitted
    )
    {
        await using var system = await ConsumingSystem.StartAsync();
        await system.StartHostAsync();
        // Brokers limit what they get packed, and the client of a letter what it is given.
        var key = Enumerable.Repeat((byte)'k', keyBytes).ToArray();
        var body = Enumerable.Repeat((byte)' ', bodyBytes).ToArray();
        await ProducePackedAsync(system, key, body);

        var letter = await IsALetterBesideOthersAsync(system, key, body);

        letter.Text("dead-letter-omitted").ShouldBe(omitted);
        letter.Message.Value.ShouldBeNull();
        letter.Message.Key.ShouldBe(omitted == "body" ? key : null);
    }

    [Test]
    [Category("Long")]
    public async Task a_record_at_the_limit_holds_up_nothing_where_letters_have_the_same_limit()
    {
        await using var system = await ConsumingSystem.StartAsync();
        if (system.Kafka.Embedded is not null)
            Assert.Ignore("The embedded Kafka has no limit.");
        await system.StartHostAsync();
        // The tests' topics have the brokers' own, of a little more; nothing makes this smaller.
        var key = "payment-1"u8.ToArray();
        var body = new byte[1_048_000];
        new Random(7).NextBytes(body);
        await ProducePackedAsync(system, key, body);

        var letter = await IsALetterBesideOthersAsync(system, key, body);

        letter.Text("dead-letter-omitted").ShouldBe("body");
        letter.Message.Key.ShouldBe(key);
    }

    /// <summary>Nobody can read it; it is kept whole, and the partition goes on.</summary>
    private static async Task<ConsumeResult<byte[], byte[]>> IsALetterBesideOthersAsync(
        ConsumingSystem system,
        byte[] key,
        byte[] body
    )
    {
        await system.PaidAsync(2..50);
        await system.AppliedAsync(49);
        await system.SettledAsync(Topics.Payments, records: 50);
        var kept = await system.ListAsync<byte[]>(
            "SELECT key || body FROM messaging.dead_letters WHERE status = 'waiting'"
        );
        byte[] whole = [.. key, .. body];
        kept.ShouldHaveSingleItem().AsSpan().SequenceEqual(whole).ShouldBeTrue();
        return system.DeadLettersOf(Topics.Payments).ShouldHaveSingleItem();
    }

    private static async Task ProducePackedAsync(ConsumingSystem system, byte[] key, byte[] body)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig
            {
                BootstrapServers = system.Kafka.BootstrapServers,
                MessageMaxBytes = 10_000_000,
                CompressionType = CompressionType.Gzip,
            }
        ).SetLogHandler((_, _) => { }).Build();
        await producer.ProduceAsync(
            new TopicPartition(system.Kafka.Prefix + Topics.Payments, 0),
            new Message<byte[], byte[]> { Key = key, Value = body }
        );
    }
}
