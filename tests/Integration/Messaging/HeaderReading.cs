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
}
