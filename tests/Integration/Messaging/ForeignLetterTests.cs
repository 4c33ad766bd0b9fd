using System.Text;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>What other systems write to our dead letter topics is seen beside ours.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ForeignLetterTests
{
    private static readonly string Topic = Topics.DeadLetters(Topics.Payments);

    [Test]
    public async Task a_spring_applications_letter_is_listed_with_its_origin()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await system.StartHostAsync();
        var paid = Given.Paid(7, version: 3);

        await system.ProduceAsync(
            Topic,
            partition: 2,
            Encoding.UTF8.GetBytes(paid.Key),
            EventCatalogue.Serialize(paid),
            [
                ("ce_id", Encoding.UTF8.GetBytes(paid.EventId.ToString())),
                ("ce_type", "PAYMENT_COMPLETED"u8.ToArray()),
                ("ce_sequence", "0000000003"u8.ToArray()),
                .. Origin("settlement", system.Kafka.Prefix + Topics.Payments, 4, 4_711),
                ("kafka_dlt-exception-fqcn", "java.lang.IllegalStateException"u8.ToArray()),
                ("kafka_dlt-exception-message", "원장이 닫혔습니다"u8.ToArray()),
            ]
        );

        (await LettersAsync(system, count: 1)).ShouldBe([
            "settlement payment-events/4@4711 payment-7 PAYMENT_COMPLETED v3 waiting "
                + "java.lang.IllegalStateException: 원장이 닫혔습니다",
        ]);
        (await system.ListAsync<Guid>("SELECT event_id FROM messaging.dead_letters")).ShouldBe([
            paid.EventId,
        ]);
    }

    [Test]
    [Category("Long")]
    public async Task a_letter_of_a_group_without_our_prefix_is_anothers_whatever_its_name()
    {
        await using var system = await ConsumingSystem.StartAsync();
        if (system.Kafka.Prefix.Length == 0)
            Assert.Ignore("Without a prefix nothing tells the two apart.");

        await system.StartHostAsync();
        var origin = Origin(ConsumingHost.Group, "payment-events", 0, 1);
        await system.ProduceAsync(Topic, 0, "a"u8.ToArray(), "x"u8.ToArray(), origin);

        (await LettersAsync(system, count: 1)).ShouldBe([
            $"{ConsumingHost.Group} (foreign) payment-events/0@1 a  v0 waiting unknown: ",
        ]);
    }

    [Test]
    [Category("Long")]
    public async Task letters_come_once_however_often_they_are_read()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        var origin = Origin("settlement", "payment-events", 0, 1);
        await system.ProduceAsync(Topic, 0, "a"u8.ToArray(), "x"u8.ToArray(), origin);
        await system.ProduceAsync(Topic, 0, "a"u8.ToArray(), "x"u8.ToArray(), origin);
        await system.SettledAsync(Topic, records: 2);
        await host.StopAsync();

        await system.ExecuteAsync("DELETE FROM messaging.consumer_positions");
        await system.StartHostAsync();
        await system.SettledAsync(Topic, records: 2);

        (await LettersAsync(system, count: 1)).Count.ShouldBe(1);
    }

    [Test]
    [Category("Long")]
    public async Task a_record_at_which_its_group_fails_again_waits_again()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        await DieAsync("The ledger is closed.");
        await LettersAsync(system, count: 1);
        await DiscardAsync();

        await DieAsync("It is still closed.");

        await Eventually.Until(
            "it waits again",
            async () => (await system.StatusesAsync())[0] == "waiting a"
        );
        (
            await system.ListAsync<string>(
                """
                SELECT concat_ws(' ', exception_message, found_offset, resolved_at, resolved_by)
                FROM messaging.dead_letters
                """
            )
        ).ShouldBe(["It is still closed. 1"]);
        await Eventually.Until(
            "both failures are counted",
            () => host.Metrics.Sum("dead_letters") == 2
        );

        await DiscardAsync();
        await host.StopAsync();
        await system.ExecuteAsync("DELETE FROM messaging.consumer_positions");
        var second = await system.StartHostAsync();
        await system.SettledAsync(Topic, records: 2);
        (await system.StatusesAsync()).ShouldBe(["discarded a"]);
        await second.StopAsync();
        second.Metrics.Sum("dead_letters").ShouldBe(0);

        Task DieAsync(string reason) =>
            system.ProduceAsync(
                Topic,
                0,
                "a"u8.ToArray(),
                "x"u8.ToArray(),
                [
                    .. Origin("settlement", Topics.Payments, 4, 4_711),
                    ("kafka_dlt-exception-message", Encoding.UTF8.GetBytes(reason)),
                ]
            );

        Task DiscardAsync() =>
            system.ExecuteAsync(
                """
                UPDATE messaging.dead_letters
                SET status = 'discarded', resolved_at = clock.now(), resolved_by = 'the tests'
                """
            );
    }

    [Test]
    [Category("Long")]
    public async Task names_that_the_table_cannot_hold_are_shown_with_a_mark()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await system.StartHostAsync();

        await system.ProduceAsync(
            Topic,
            1,
            "a"u8.ToArray(),
            "x"u8.ToArray(),
            Origin("settle\0ment", "payments\0", 0, 7)
        );

        (await LettersAsync(system, count: 1)).ShouldBe([
            "settle\uFFFDment payments\uFFFD/0@7 a  v0 waiting unknown: ",
        ]);
    }

    [Test]
    public async Task our_own_letters_are_there_once()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        host.Script.OnPayment = (_, _) => throw new ArithmeticException("No.");

        await system.ProduceAsync(Given.Paid(1));
        await system.SettledAsync(Topic, records: 1);

        // Our group commits the letter after Kafka has it: whoever reads the topic may be first.
        await Eventually.Until(
            "our group has the letter, too",
            async () => (await system.StatusesAsync()).Count > 0
        );
        (await system.StatusesAsync()).ShouldBe(["waiting payment-1"]);
    }

    [Test]
    [Category("Long")]
    public async Task a_letter_without_origin_is_where_it_is_found()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await system.StartHostAsync();

        await system.ProduceAsync(Topic, 1, key: null, body: null);
        await system.ProduceAsync(
            Topic,
            1,
            "a\0b"u8.ToArray(),
            [0xff, 0x00],
            ("ce_type", "\0"u8.ToArray()),
            ("kafka_dlt-original-offset", [1, 2, 3]),
            ("kafka_dlt-exception-message", "\0!"u8.ToArray()),
            ("\0", null)
        );

        (await LettersAsync(system, count: 2)).ShouldBe([
            "unknown payment-events-dlt/1@0   v0 waiting unknown: ",
            "unknown payment-events-dlt/1@1 a\\000b \uFFFD v0 waiting unknown: \uFFFD!",
        ]);
    }

    [Test]
    [Category("Long")]
    public async Task a_letter_that_the_table_refuses_holds_up_no_other()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await system.StartHostAsync();
        await system.ExecuteAsync(
            "ALTER TABLE messaging.dead_letters ADD CONSTRAINT refused CHECK (key <> 'bad')"
        );

        await system.ProduceAsync(Topic, 3, "bad"u8.ToArray(), "1"u8.ToArray());
        await system.ProduceAsync(Topic, 3, "good"u8.ToArray(), "2"u8.ToArray());

        (await LettersAsync(system, count: 1)).ShouldHaveSingleItem().ShouldContain(" good ");
    }

    /// <summary>The headers that Spring's recoverer writes about where a record was.</summary>
    private static (string, byte[]?)[] Origin(
        string group,
        string topic,
        int partition,
        long offset
    ) =>
        [
            ("kafka_dlt-original-consumer-group", Encoding.UTF8.GetBytes(group)),
            ("kafka_dlt-original-topic", Encoding.UTF8.GetBytes(topic)),
            ("kafka_dlt-original-partition", HeaderReading.Int32(partition)),
            ("kafka_dlt-original-offset", HeaderReading.Int64(offset)),
        ];

    private static Task<List<string>> LettersAsync(ConsumingSystem system, int count) =>
        Eventually.Becomes(
            $"{count} letters are listed",
            () =>
                system.ListAsync<string>(
                    """
                    SELECT concat_ws(' ', consumer_group,
                        topic || '/' || partition || '@' || record_offset,
                        coalesce(encode(key, 'escape'), ''), coalesce(event_type, ''),
                        'v' || version, status, exception_type || ': ' || exception_message)
                    FROM messaging.dead_letters ORDER BY dead_letter_id
                    """
                ),
            letters => letters.Count == count
        );
}
