using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Headers of a record, each of which must be there once.</summary>
internal static class HeaderReading
{
    public static byte[] Bytes(this ConsumeResult<byte[], byte[]> record, string header) =>
        record.Message.Headers.Single(h => h.Key == header).GetValueBytes();

    public static string Text(this ConsumeResult<byte[], byte[]> record, string header) =>
        Encoding.UTF8.GetString(record.Bytes(header));

    /// <summary>As Java writes it.</summary>
    public static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Int64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
