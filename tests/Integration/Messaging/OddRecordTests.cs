using System.Buffers.Binary;
using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Records as no system of ours would write them; each with a key of its own.</summary>
[Parallelizable]
internal sealed class OddRecordTests
{
    private static readonly (string, byte[]?) Type = ("ce_type", "PAYMENT_COMPLETED"u8.ToArray());
    private static long _lastId;

    private ConsumingSystem _system = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await ConsumingSystem.StartAsync();
        await _system.StartHostAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _system.DisposeAsync();

    [TestCaseSource(nameof(Hopeless))]
    public async Task what_is_no_event_is_a_dead_letter_at_once(Odd record)
    {
        var sent = await ProduceAsync(record);

        await PassedAsync(sent);

        (await EffectsOfAsync(record)).ShouldBe(0);
        var letter = LetterOf(sent).ShouldNotBeNull();
        letter.Partition.ShouldBe(sent.Partition);
        letter.Message.Key.ShouldBe(record.Key);
        letter.Message.Value.ShouldBe(record.Body);
        letter
            .Text("kafka_dlt-exception-fqcn")
            .ShouldBe("ConcertReservation.Messaging.MalformedEventException");
    }

    [TestCaseSource(nameof(Foreign))]
    public async Task what_is_no_business_of_ours_is_skipped(Odd record)
    {
        var sent = await ProduceAsync(record);

        await PassedAsync(sent);

        (await EffectsOfAsync(record)).ShouldBe(0);
        LetterOf(sent).ShouldBeNull();
    }

    [TestCaseSource(nameof(Usable))]
    public async Task an_event_in_an_odd_envelope_is_applied(Odd record)
    {
        var sent = await ProduceAsync(record);

        await PassedAsync(sent);

        (await EffectsOfAsync(record)).ShouldBe(1);
        LetterOf(sent).ShouldBeNull();
    }

    /// <param name="PaymentId">Whose event it would be.</param>
    public sealed record Odd(
        string What,
        long PaymentId,
        byte[]? Key,
        byte[]? Body,
        (string Name, byte[]? Value)[] Headers
    )
    {
        public override string ToString() => What;
    }

    private static IEnumerable<Odd> Hopeless()
    {
        yield return New("tombstone", _ => null, Type);
        yield return New("empty body", _ => [], Type);
        yield return New("nothing at all", _ => null) with
        {
            Key = null,
        };
        yield return New("text", _ => "hello"u8.ToArray(), Type);
        yield return New("json null", _ => "null"u8.ToArray(), Type);
        yield return New("json list", _ => "[]"u8.ToArray(), Type);
        yield return New("cut off", b => b[..^5], Type);
        yield return New("two events", b => [.. b, .. b], Type);
        yield return New("missing amount", b => With(b, "\"amount\":50000,", ""), Type);
        yield return New("amount as text", b => With(b, "50000", "\"50000\""), Type);
        yield return New("negative amount", b => With(b, "50000", "-1"), Type);
        yield return New("null text", b => With(b, "\"POINT\"", "null"), Type);
        yield return New("no time", b => With(b, "occurredAt", "when"), Type);
        yield return New("no id", b => With(b, "eventId", "id"), Type);
        yield return New("id is no uuid", b => With(b, "\"eventId\":\"", "\"eventId\":\"x"), Type);
        yield return New("no type anywhere", b => With(b, "eventType", "type"));
        yield return New("type differs", b => With(b, "_COMPLETED", "_STARTED"), Type);
        yield return New("id differs", b => b, Type, ("ce_id", Id(Guid.NewGuid())));
        yield return New("version is text", b => b, Type, ("ce_sequence", "one"u8.ToArray()));
        yield return New("invalid utf-8", Broken, Type);
        yield return New("header not utf-8", b => b, ("ce_type", [0xC3, 0x28]));
        yield return New("key not utf-8", _ => "{}"u8.ToArray(), Type) with
        {
            Key = [0xC3, 0x28],
        };
    }

    private static IEnumerable<Odd> Foreign()
    {
        yield return New("unknown type", b => b, ("ce_type", "SEAT_PAINTED"u8.ToArray()));
        yield return New("unknown type, no json", _ => [1, 2], ("ce_type", "AVRO"u8.ToArray()));
        yield return New("unknown type, tombstone", _ => null, ("ce_type", "GONE"u8.ToArray()));
        yield return New("unknown in body", b => With(b, "PAYMENT_COMPLETED", "PAYMENT_SEEN"));
        yield return New(
            "not for this group",
            _ => [3],
            ("ce_type", "PAYMENT_STARTED"u8.ToArray())
        );
    }

    private static IEnumerable<Odd> Usable()
    {
        yield return New("no headers", b => b);
        yield return New("no key", b => b, Type) with
        {
            Key = null,
        };
        yield return New("null headers", b => b, ("ce_type", null), ("ce_id", null));
        yield return New("headers twice", b => b, ("ce_type", "OLD"u8.ToArray()), Type);
        yield return New("broken trace", b => b, ("traceparent", "00-nonsense"u8.ToArray()));
        yield return New("key not utf-8", b => b, Type) with
        {
            Key = [0xC3, 0x29],
        };
        yield return New("more fields", b => With(b, "{", "{\"mood\":{\"a\":[1]},"), Type);
        yield return New("id of another kind", b => WithId(b, Guid.NewGuid()), Type);
    }

    /// <param name="change">Makes the body of a proper event an odd one.</param>
    private static Odd New(
        string what,
        Func<byte[], byte[]?> change,
        params (string Name, byte[]? Value)[] headers
    )
    {
        var paid = Given.Paid(Interlocked.Increment(ref _lastId));
        var body = change(EventCatalogue.Serialize(paid));
        return new(what, paid.PaymentId, Encoding.UTF8.GetBytes(paid.Key), body, headers);
    }

    private Task<DeliveryReport<byte[], byte[]>> ProduceAsync(Odd record) =>
        _system.ProduceAsync(Topics.Payments, 2, record.Key, record.Body, record.Headers);

    private Task PassedAsync(DeliveryReport<byte[], byte[]> sent) =>
        Eventually.Until(
            "the group has passed it",
            async () =>
                (
                    await _system.ListAsync<long>(
                        $"""
                        SELECT next_offset FROM messaging.consumer_positions
                        WHERE topic = '{Topics.Payments}' AND partition = {sent.Partition.Value}
                        """
                    )
                ).Any(next => next > sent.Offset.Value)
        );

    private async Task<int> EffectsOfAsync(Odd record) =>
        (await _system.EffectsAsync()).Count(id => id == record.PaymentId);

    private ConsumeResult<byte[], byte[]>? LetterOf(DeliveryReport<byte[], byte[]> sent) =>
        _system
            .DeadLettersOf(Topics.Payments)
            .SingleOrDefault(l =>
                BinaryPrimitives.ReadInt64BigEndian(l.Bytes("kafka_dlt-original-offset"))
                == sent.Offset.Value
            );

    private static byte[] WithId(byte[] body, Guid id) =>
        EventCatalogue.Serialize(
            EventCatalogue.Deserialize("PAYMENT_COMPLETED", body) with
            {
                EventId = id,
            }
        );

    private static byte[] With(byte[] body, string part, string other)
    {
        var text = Encoding.UTF8.GetString(body);
        text.ShouldContain(part);
        var at = text.IndexOf(part, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text[..at] + other + text[(at + part.Length)..]);
    }

    private static byte[] Broken(byte[] body)
    {
        var at = Encoding.UTF8.GetString(body).IndexOf("POINT", StringComparison.Ordinal);
        return [.. body[..at], 0xC3, 0x28, .. body[at..]];
    }

    private static byte[] Id(Guid id) => Encoding.UTF8.GetBytes(id.ToString());
}
