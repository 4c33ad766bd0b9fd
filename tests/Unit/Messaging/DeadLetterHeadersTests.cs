using System.Text;
using ConcertReservation.Messaging;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Unit.Messaging;

internal sealed class DeadLetterHeadersTests
{
    [Test]
    public void what_springs_recoverer_writes_is_written_byte_for_byte()
    {
        var cause = new KeyNotFoundException("No.", new FormatException("Its own cause."));
        var headers = Of(new ArithmeticException("Does not add up: 원", cause));

        Hex(headers, "kafka_dlt-original-partition").ShouldBe("00000005");
        Hex(headers, "kafka_dlt-original-offset").ShouldBe("0000000100000002");
        Hex(headers, "kafka_dlt-original-timestamp").ShouldBe("0000018BCFE56800");
        Text(headers, "kafka_dlt-original-topic").ShouldBe("shared.payment-events");
        Text(headers, "kafka_dlt-original-timestamp-type").ShouldBe("CreateTime");
        Text(headers, "kafka_dlt-original-consumer-group").ShouldBe("shared.payment-service");
        Text(headers, "kafka_dlt-exception-fqcn").ShouldBe("System.ArithmeticException");
        Text(headers, "kafka_dlt-exception-cause-fqcn")
            .ShouldBe("System.Collections.Generic.KeyNotFoundException");
        Text(headers, "kafka_dlt-exception-message").ShouldBe("Does not add up: 원");
        Text(headers, "kafka_dlt-exception-stacktrace").ShouldContain("System.ArithmeticException");
    }

    [TestCase("no json")]
    [TestCase("{\"mood\": \"\\ud800\"}")]
    public void a_body_that_nobody_could_write_as_json_is_shown_as_bytes(string body) =>
        ShowDeadLetter.Json(Encoding.UTF8.GetBytes(body)).ShouldBeNull();

    [Test]
    public void an_exception_without_a_cause_is_its_own_so_that_all_ten_are_there()
    {
        var headers = Of(new ArithmeticException());

        Text(headers, "kafka_dlt-exception-cause-fqcn").ShouldBe("System.ArithmeticException");
        headers
            .Select(h => h.Key)
            .Count(k => k.StartsWith("kafka_dlt-", StringComparison.Ordinal))
            .ShouldBe(10);
    }

    [Test]
    public void the_records_own_headers_come_first_repeated_and_null_as_they_are()
    {
        var headers = Of(
            new ArithmeticException(),
            new("ce_type", "A"u8.ToArray()),
            new("ce_type", "B"u8.ToArray()),
            new("empty", null)
        );

        headers.Take(3).Select(h => h.Key).ShouldBe(["ce_type", "ce_type", "empty"]);
        headers[1].GetValueBytes().ShouldBe("B"u8.ToArray());
        headers[2].GetValueBytes().ShouldBeNull();
    }

    [Test]
    public void a_second_death_replaces_the_exception_and_adds_its_origin()
    {
        var headers = Of(
            new ArithmeticException("second"),
            new("kafka_dlt-original-topic", "older"u8.ToArray()),
            new("kafka_dlt-exception-message", "first"u8.ToArray())
        );

        headers.Count(h => h.Key == "kafka_dlt-original-topic").ShouldBe(2);
        Text(headers, "kafka_dlt-exception-message").ShouldBe("second");
    }

    [TestCase(LetterExtent.Whole, new[] { "ce_type" }, null)]
    [TestCase(LetterExtent.WithoutBody, new[] { "ce_type" }, "body")]
    [TestCase(LetterExtent.PlaceAlone, new string[0], "everything")]
    public void a_letter_that_lacks_something_says_what(
        LetterExtent extent,
        string[] own,
        string? omitted
    )
    {
        var headers = OfExtent(
            extent,
            new ArithmeticException(),
            new("ce_type", "A"u8.ToArray()),
            new("dead-letter-omitted", "of an earlier death"u8.ToArray())
        );

        string[] added = omitted is null ? [] : ["dead-letter-omitted"];
        headers
            .Select(h => h.Key)
            .Where(k => !k.StartsWith("kafka_dlt-", StringComparison.Ordinal))
            .ShouldBe([.. own, .. added]);
        if (omitted is not null)
            Text(headers, "dead-letter-omitted").ShouldBe(omitted);
    }

    [Test]
    public void long_texts_are_cut_between_two_characters()
    {
        var message = Of(new ArithmeticException("x" + new string('원', 4000)))
            .Single(h => h.Key == "kafka_dlt-exception-message")
            .GetValueBytes();

        message.Length.ShouldBeInRange(8190, 8192);
        new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(message).ShouldEndWith("원");
    }

    private static Headers Of(Exception reason, params KeyValuePair<string, byte[]?>[] own) =>
        OfExtent(LetterExtent.Whole, reason, own);

    private static Headers OfExtent(
        LetterExtent extent,
        Exception reason,
        params KeyValuePair<string, byte[]?>[] ownHeaders
    )
    {
        var record = new KafkaRecord(
            "kafka",
            "payment-events",
            5,
            0x1_0000_0002,
            "payment-1",
            1,
            DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000),
            ownHeaders,
            "{}"u8.ToArray()
        );
        return DeadLetterHeaders.Of(
            record,
            "shared.payment-events",
            "shared.payment-service",
            reason,
            extent
        );
    }

    private static string Hex(Headers headers, string name) =>
        Convert.ToHexString(headers.Single(h => h.Key == name).GetValueBytes());

    private static string Text(Headers headers, string name) =>
        Encoding.UTF8.GetString(headers.Single(h => h.Key == name).GetValueBytes());
}
