using System.Buffers.Binary;
using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Records as no system of ours would write them; each with a key of its own.</summary>
[Parallelizable]
internal sealed class OddRecordTests
{
    private const int Partition = 2;
    private static readonly (string, byte[]?) Type = ("ce_type", "PAYMENT_COMPLETED"u8.ToArray());
    private static long _lastId;

    private static readonly Odd[] Hopeless = [.. HopelessRecords()];
    private static readonly Odd[] Foreign = [.. ForeignRecords()];
    private static readonly Odd[] Usable = [.. UsableRecords()];

    private readonly Dictionary<Odd, long> _offsets = [];
    private ConsumingSystem _system = null!;
    private ConsumingHost _host = null!;
    private ILookup<long, ConsumeResult<byte[], byte[]>> _letters = null!;
    private List<long> _effects = null!;

    /// <summary>All are written at once; each test looks at what became of its own.</summary>
    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await ConsumingSystem.StartAsync();
        _host = await _system.StartHostAsync();
        foreach (var odd in Hopeless.Concat(Foreign).Concat(Usable))
        {
            var sent = await _system.ProduceAsync(
                Topics.Payments,
                Partition,
                odd.Key,
                odd.Body,
                odd.Headers
            );
            _offsets[odd] = sent.Offset.Value;
        }

        await Eventually.Until(
            "the group has passed them all",
            async () =>
                (
                    await _system.ListAsync<long>(
                        $"""
                        SELECT next_offset FROM messaging.consumer_positions
                        WHERE topic = '{Topics.Payments}' AND partition = {Partition}
                        """
                    )
                ).Any(next => next > _offsets.Values.Max())
        );
        _effects = await _system.EffectsAsync();
        _letters = _system
            .DeadLettersOf(Topics.Payments)
            .ToLookup(l =>
                BinaryPrimitives.ReadInt64BigEndian(l.Bytes("kafka_dlt-original-offset"))
            );
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _system.DisposeAsync();

    [TestCaseSource(nameof(Hopeless))]
    public void what_is_no_event_is_a_dead_letter_at_once(Odd record)
    {
        EffectsOf(record).ShouldBe(0);
        var letter = LettersOf(record).ShouldHaveSingleItem();
        letter.Partition.Value.ShouldBe(Partition);
        letter.Message.Key.ShouldBe(record.Key);
        letter.Message.Value.ShouldBe(record.Body);
        letter
            .Text("kafka_dlt-exception-fqcn")
            .ShouldBe("ConcertReservation.Messaging.MalformedEventException");
    }

    [Test]
    public void the_log_tells_of_what_nobody_can_read_by_batch() =>
        _host.Unreadable.ShouldBeInRange(1, Hopeless.Length);

    [TestCaseSource(nameof(Foreign))]
    public void what_is_no_business_of_ours_is_skipped(Odd record)
    {
        EffectsOf(record).ShouldBe(0);
        LettersOf(record).ShouldBeEmpty();
    }

    [TestCaseSource(nameof(Usable))]
    public void an_event_in_an_odd_envelope_is_applied(Odd record)
    {
        EffectsOf(record).ShouldBe(1);
        LettersOf(record).ShouldBeEmpty();
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

    private static IEnumerable<Odd> HopelessRecords()
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
        yield return New("list as time", b => With(b, "At\":\"", "At\":[[1]],\"a\":\""), Type);
        yield return New("object as id", b => With(b, "Id\":\"", "Id\":{\"x\":1},\"i\":\""), Type);
        yield return New("no id", b => With(b, "eventId", "id"), Type);
        yield return New("id is no uuid", b => With(b, "\"eventId\":\"", "\"eventId\":\"x"), Type);
        yield return New("no type anywhere", b => With(b, "eventType", "type"));
        yield return New("type differs", b => With(b, "_COMPLETED", "_STARTED"), Type);
        yield return New("id differs", b => b, Type, ("ce_id", Id(Guid.NewGuid())));
        yield return New("version is text", b => b, Type, ("ce_sequence", "one"u8.ToArray()));
        yield return New("invalid utf-8", Broken, Type);
        yield return New("half a character", b => With(b, "{", "{\"mood\":\"\\ud800\","), Type);
        yield return New("half a name", b => With(b, "{", "{\"\\uDC00\":[1],"), Type);
        yield return New("header not utf-8", b => b, ("ce_type", [0xC3, 0x28]));
        yield return New("key not utf-8", _ => "{}"u8.ToArray(), Type) with
        {
            Key = [0xC3, 0x28],
        };
    }

    private static IEnumerable<Odd> ForeignRecords()
    {
        yield return New("unknown type", b => b, ("ce_type", "SEAT_PAINTED"u8.ToArray()));
        yield return New("unknown type, no json", _ => [1, 2], ("ce_type", "AVRO"u8.ToArray()));
        yield return New("unknown type, tombstone", _ => null, ("ce_type", "GONE"u8.ToArray()));
        yield return New(
            "unknown type, half a character",
            b => With(b, "{", "{\"mood\":\"\\ud800\","),
            ("ce_type", "SEAT_PAINTED"u8.ToArray())
        );
        yield return New("unknown in body", b => With(b, "PAYMENT_COMPLETED", "PAYMENT_SEEN"));
        yield return New(
            "not for this group",
            _ => [3],
            ("ce_type", "PAYMENT_STARTED"u8.ToArray())
        );
        yield return New(
            "not for this group by its body, id is a number",
            b => With(With(b, "_COMPLETED", "_STARTED"), "Id\":\"", "Id\":7,\"id\":\"")
        );
        yield return New(
            "not for this group by its body, time is none",
            b => With(With(b, "_COMPLETED", "_STARTED"), "At\":\"", "At\":\"x")
        );
    }

    private static IEnumerable<Odd> UsableRecords()
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
        yield return New("a pair", b => With(b, "{", "{\"mood\":\"\\ud83d\\uDE00\","), Type);
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

    private int EffectsOf(Odd record) => _effects.Count(id => id == record.PaymentId);

    private IEnumerable<ConsumeResult<byte[], byte[]>> LettersOf(Odd record) =>
        _letters[_offsets[record]];

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
