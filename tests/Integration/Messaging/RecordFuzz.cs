using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using ConcertReservation.ContractDocs;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>A record to be written, whatever it is.</summary>
/// <param name="At">Its own time, in Unix milliseconds.</param>
internal sealed record FuzzRecord(
    byte[]? Key,
    byte[]? Body,
    IReadOnlyList<(string Name, byte[]? Value)> Headers,
    long At
);

/// <summary>Events as the relay sends them, and what chance makes of them.</summary>
internal sealed class RecordFuzz(int seed)
{
    /// <summary>Stands in a body for a text that JSON's own writer would not write.</summary>
    private const string Mark = "@odd@";

    private const int MaxRandomBytes = 300;

    /// <summary>Ids that no aggregate of the tests has.</summary>
    private const long FirstId = 5_000_000_000;

    /// <summary>Good events are of aggregates that no other record names.</summary>
    private const int IdsOfEach = 1_000_000;

    private static readonly string[] OddTexts =
    [
        @"\ud800",
        @"\udc00\ud800",
        @"\u0000",
        @"\ud83d\ude00",
        "\u202E\u0301\uFEFF",
        "'; DROP TABLE x; --<b>",
        new string('가', 5_000),
        "",
    ];

    private static readonly string[] OddNumbers =
    [
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "123456789012345678901234567890",
        "1e400",
        "1e18",
        "0.5",
        "-1",
        "-0",
        "0",
    ];

    private static readonly string[] OddTimes =
    [
        "0001-01-01T00:00:00Z",
        "1582-10-04T23:59:59.999999Z",
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "2026-02-30T12:00:00Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T12:00:60Z",
        "2026-11-20",
        "now",
    ];

    private readonly Random _random = new(seed);
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private FuzzRecord? _last;

    /// <summary>As the relay sends it, of an aggregate of its own.</summary>
    public (FuzzRecord Record, Guid EventId) Good(string type)
    {
        var (json, id) = Event(type, FirstId + IdsOfEach);
        return (Proper(type, json, id), id);
    }

    /// <summary>Of a type of the topic, or of another one; seldom as it should be.</summary>
    public FuzzRecord Next(string topic)
    {
        var types = EventCatalogue.ByName.Values.Where(t => t.Topic == topic || Chance(20));
        var type = Any([.. types.Select(t => t.Name)]);
        var (json, id) = Event(type, FirstId);
        for (var changes = _random.Next(3); changes > 0; changes--)
            ChangeField(json);
        var record = Proper(type, json, id);
        for (var changes = _random.Next(3); changes > 0; changes--)
            record = Changed(record);
        return _last = Chance(15) && _last is { } last ? last : record;
    }

    private (JsonObject Json, Guid Id) Event(string type, long firstId)
    {
        var sample = EventSamples.All.First(e => e.EventType == type);
        var json = JsonNode.Parse(EventCatalogue.Serialize(sample))!.AsObject();
        var id = EventId();
        json["eventId"] = id.ToString();
        foreach (var name in json.Select(f => f.Key).Where(IsId).ToArray())
            json[name] = firstId + _random.Next(IdsOfEach);
        return (json, id);
    }

    private static bool IsId(string field) =>
        field is "userId" or "concertId" or "reservationId" or "paymentId";

    /// <summary>Mostly a UUIDv7 of today; else of any time, or of another kind.</summary>
    private Guid EventId()
    {
        var bytes = Bytes(16);
        var at = Chance(10) ? _random.NextInt64(1L << 47) : _now.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteInt64BigEndian(bytes, (at << 16) | (uint)_random.Next(1 << 16));
        var kind = Chance(10) ? 4 : 7;
        bytes[6] = (byte)((kind << 4) | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }

    private FuzzRecord Proper(string type, JsonObject json, Guid id)
    {
        var kind = EventCatalogue.ByName[type].Topic.Split('-')[0];
        var key = $"{kind}-{json[kind + "Id"]?.ToJsonString()}";
        var body = json.ToJsonString().Replace(Mark, Any(OddTexts), StringComparison.Ordinal);
        return new FuzzRecord(
            Encoding.UTF8.GetBytes(key),
            Encoding.UTF8.GetBytes(body),
            [
                ("ce_id", Encoding.UTF8.GetBytes(id.ToString())),
                ("ce_type", Encoding.UTF8.GetBytes(type)),
                ("ce_sequence", Encoding.UTF8.GetBytes($"{_random.Next(1, 9):D10}")),
            ],
            _now.ToUnixTimeMilliseconds()
        );
    }

    private void ChangeField(JsonObject json)
    {
        var name = Any([.. json.Select(f => f.Key)]);
        switch (_random.Next(6))
        {
            case 0:
                json.Remove(name);
                break;
            case 1:
                json[name] = JsonNode.Parse(Any(OddNumbers));
                break;
            case 2:
                json[name] = Mark;
                break;
            case 3:
                json[name + Mark] = Mark;
                break;
            case 4:
                json[Chance(50) ? "occurredAt" : name] = Any(OddTimes);
                break;
            default:
                json[Chance(50) ? "mood" : name] = Another();
                break;
        }
    }

    /// <summary>A value of any type, maybe deep.</summary>
    private JsonNode? Another()
    {
        var depth = Any([0, 1, 30, 70]);
        var inner = Any(["null", "true", "7", "\"7\"", "[]", "{}"]);
        return JsonNode.Parse(
            string.Concat(Enumerable.Repeat("[", depth)) + inner + new string(']', depth),
            documentOptions: new() { MaxDepth = 200 }
        );
    }

    private FuzzRecord Changed(FuzzRecord record) =>
        _random.Next(7) switch
        {
            0 => record with { Body = Bytes(_random.Next(MaxRandomBytes)) },
            1 => record with { Body = record.Body?[.._random.Next(record.Body.Length)] },
            2 => record with { Body = null },
            3 => record with { Body = Spoiled(record.Body) },
            4 => record with { Key = AnyKey() },
            5 => record with { Headers = [.. ChangedHeaders(record.Headers)] },
            _ => record with { At = _random.NextInt64(_now.ToUnixTimeMilliseconds()) },
        };

    private byte[]? Spoiled(byte[]? body)
    {
        if (body is null or [])
            return body;

        var spoiled = body.ToArray();
        spoiled[_random.Next(spoiled.Length)] = (byte)_random.Next(256);
        return spoiled;
    }

    private byte[]? AnyKey() =>
        _random.Next(4) switch
        {
            0 => null,
            1 => [],
            2 => Bytes(_random.Next(1, 5_000)),
            _ => Encoding.UTF8.GetBytes($"reservation-{_random.Next(3)}"),
        };

    private IEnumerable<(string, byte[]?)> ChangedHeaders(
        IEnumerable<(string Name, byte[]? Value)> headers
    )
    {
        var odd = _random.Next(6);
        foreach (var header in headers)
        {
            if (odd == 0 && Chance(50))
                continue;

            yield return odd == 1 && Chance(50) ? (header.Name, null) : header;
            if (odd == 2)
                yield return (header.Name, Bytes(_random.Next(20)));
        }

        if (odd == 3)
            yield return ("ce_type", Text("SEAT_PAINTED"));
        if (odd == 4)
            yield return ("ce_sequence", Text(Any(OddNumbers)));
        if (odd == 5)
            yield return (Any(["", "traceparent", "\0", "가"]), Bytes(_random.Next(40)));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Any<T>(IReadOnlyList<T> values) => values[_random.Next(values.Count)];
}
