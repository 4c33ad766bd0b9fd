using System.Buffers.Binary;
using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>
/// The headers that Spring Kafka's <c>DeadLetterPublishingRecoverer</c> writes, in its encodings,
/// so that its tools read our dead letters.
/// </summary>
internal static class DeadLetterHeaders
{
    public const string OriginalTopic = "kafka_dlt-original-topic";
    public const string OriginalPartition = "kafka_dlt-original-partition";
    public const string OriginalOffset = "kafka_dlt-original-offset";
    public const string OriginalTimestamp = "kafka_dlt-original-timestamp";
    public const string OriginalTimestampType = "kafka_dlt-original-timestamp-type";
    public const string OriginalConsumerGroup = "kafka_dlt-original-consumer-group";
    public const string ExceptionType = "kafka_dlt-exception-fqcn";
    public const string ExceptionCauseType = "kafka_dlt-exception-cause-fqcn";
    public const string ExceptionMessage = "kafka_dlt-exception-message";
    public const string ExceptionStackTrace = "kafka_dlt-exception-stacktrace";

    /// <summary>Not one of Spring's: what of the record its letter lacks, for its size.</summary>
    public const string Omitted = "dead-letter-omitted";

    /// <summary>
    /// Of message and stack trace each: the record may be near the broker's limit already.
    /// </summary>
    private const int MaxTextBytes = 8 * 1024;

    private const long NoTimestamp = -1;

    /// <summary>
    /// As in Spring: those of an exception are replaced, those of the origin are added.
    /// </summary>
    private static readonly HashSet<string> Replaced = new(StringComparer.Ordinal)
    {
        ExceptionType,
        ExceptionCauseType,
        ExceptionMessage,
        ExceptionStackTrace,
        Omitted,
    };

    /// <summary>What is read of a record, and of its failure, and tells of nobody.</summary>
    public static IReadOnlyCollection<string> NamingNobody { get; } =
    [
        .. PersonalFields.HarmlessHeaders,
        OriginalTopic,
        OriginalPartition,
        OriginalOffset,
        OriginalTimestamp,
        OriginalTimestampType,
        OriginalConsumerGroup,
        ExceptionType,
        ExceptionCauseType,
        Omitted,
    ];

    /// <param name="topic">As Kafka knows it, with the prefix.</param>
    /// <param name="group">As Kafka knows it, with the prefix.</param>
    public static Headers Of(
        KafkaRecord record,
        string topic,
        string group,
        Exception reason,
        LetterExtent extent = LetterExtent.Whole
    )
    {
        var headers = new Headers();
        var own = extent == LetterExtent.PlaceAlone ? [] : record.Headers;
        foreach (var (name, value) in own)
        {
            if (!Replaced.Contains(name))
                headers.Add(name, value);
        }

        headers.Add(OriginalTopic, Encoding.UTF8.GetBytes(topic));
        headers.Add(OriginalPartition, Int32(record.Partition));
        headers.Add(OriginalOffset, Int64(record.Offset));
        headers.Add(OriginalTimestamp, Int64(Milliseconds(record)));
        headers.Add(OriginalTimestampType, Encoding.UTF8.GetBytes(TypeName(record)));
        headers.Add(OriginalConsumerGroup, Encoding.UTF8.GetBytes(group));
        headers.Add(ExceptionType, Encoding.UTF8.GetBytes(NameOf(reason)));
        // Spring always has one, since it wraps what a listener throws; tools filter by it.
        var cause = reason.InnerException ?? reason;
        headers.Add(ExceptionCauseType, Encoding.UTF8.GetBytes(NameOf(cause)));
        headers.Add(ExceptionMessage, Cut(reason.Message));
        headers.Add(ExceptionStackTrace, Cut(reason.ToString()));
        if (extent != LetterExtent.Whole)
            headers.Add(Omitted, Encoding.UTF8.GetBytes(OmittedBy(extent)));
        return headers;
    }

    /// <summary>How dead letters call a kind of exception, wherever they are told.</summary>
    public static string NameOf(Exception exception) =>
        exception.GetType().FullName ?? exception.GetType().Name;

    /// <returns>null for a header that holds no number of these.</returns>
    public static long? Number(string name, byte[] value) =>
        (name, value.Length) switch
        {
            (OriginalPartition, sizeof(int)) => BinaryPrimitives.ReadInt32BigEndian(value),
            (OriginalOffset or OriginalTimestamp, sizeof(long)) =>
                BinaryPrimitives.ReadInt64BigEndian(value),
            _ => null,
        };

    private static string OmittedBy(LetterExtent extent) =>
        extent == LetterExtent.WithoutBody ? "body" : "everything";

    private static long Milliseconds(KafkaRecord record) =>
        record.TimestampType == TimestampType.NotAvailable
            ? NoTimestamp
            : record.TimestampMilliseconds;

    /// <summary>The names of Java's <c>TimestampType</c>.</summary>
    private static string TypeName(KafkaRecord record) =>
        record.TimestampType switch
        {
            TimestampType.CreateTime => "CreateTime",
            TimestampType.LogAppendTime => "LogAppendTime",
            _ => "NoTimestampType",
        };

    private static byte[] Int32(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int64(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Cut(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= MaxTextBytes)
            return bytes;

        // Not within a character: bytes 10xxxxxx continue one.
        var length = MaxTextBytes;
        while ((bytes[length] & 0xC0) == 0x80)
            length--;
        return bytes[..length];
    }
}
