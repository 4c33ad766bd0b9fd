using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;

namespace ConcertReservation.Verification.Loading;

/// <summary>
/// What the headers of a dead letter tell, which are Spring Kafka's: whose it is, and where its
/// record was.
/// </summary>
internal static class LetterReader
{
    private const string Origin = "kafka_dlt-original-";

    /// <returns>null where they do not tell: it is a stranger's.</returns>
    public static BuriedLetter? Read(Headers? headers, string prefix)
    {
        if (
            Last(headers, "consumer-group") is not { } group
            || Last(headers, "topic") is not { } topic
            || Last(headers, "partition") is not { Length: sizeof(int) } partition
            || Last(headers, "offset") is not { Length: sizeof(long) } offset
        )
            return null;

        return new BuriedLetter(
            Unprefixed(group),
            Unprefixed(topic),
            BinaryPrimitives.ReadInt32BigEndian(partition),
            BinaryPrimitives.ReadInt64BigEndian(offset)
        );

        string Unprefixed(byte[] text)
        {
            var name = Encoding.UTF8.GetString(text);
            return name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        }
    }

    private static byte[]? Last(Headers? headers, string name) =>
        headers is not null && headers.TryGetLastBytes(Origin + name, out var value) ? value : null;
}
