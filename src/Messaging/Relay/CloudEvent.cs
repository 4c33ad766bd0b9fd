using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>
/// A row as a Kafka record: CloudEvents 1.0, binary mode, the value as it was stored.
/// </summary>
internal static class CloudEvent
{
    private static readonly byte[] SpecVersion = "1.0"u8.ToArray();
    private static readonly byte[] ContentType = "application/json"u8.ToArray();

    // Of modules and event types: a handful.
    private static readonly ConcurrentDictionary<string, byte[]> Sources = new();
    private static readonly ConcurrentDictionary<string, byte[]> Types = new();

    public static Message<byte[], byte[]> Of(OutboxRow row)
    {
        var key = Utf8(row.Key);
        var headers = new Headers
        {
            { "ce_specversion", SpecVersion },
            { "ce_id", Utf8(row.EventId.ToString("D")) },
            { "ce_type", Types.GetOrAdd(row.EventType, Utf8) },
            {
                "ce_source",
                Sources.GetOrAdd(row.Module, module => Utf8("/concert-reservation/" + module))
            },
            { "ce_time", Utf8(Time(row.OccurredAt)) },
            { "ce_subject", key },
            { "ce_sequence", Utf8(row.Version.ToString("D10", CultureInfo.InvariantCulture)) },
            { "ce_partitionkey", key },
            { "content-type", ContentType },
        };
        if (row.TraceParent is { } traceParent)
            headers.Add("traceparent", Utf8(traceParent));
        return new Message<byte[], byte[]>
        {
            Key = key,
            Value = row.Body,
            Headers = headers,
        };
    }

    /// <summary>The same text as <c>occurredAt</c> in the value.</summary>
    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString(UtcTimeJsonConverter.Format, CultureInfo.InvariantCulture);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
