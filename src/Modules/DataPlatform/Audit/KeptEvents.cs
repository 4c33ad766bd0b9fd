using System.Diagnostics;
using System.Text;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>What the event store has of one key.</summary>
internal static class KeptEvents
{
    private const string OfKeySql = """
        SELECT seq, received_at, topic, partition, "offset", event_id, event_type, version,
            occurred_at, header_values[array_position(header_names, 'traceparent')], body
        FROM data_platform.events WHERE key = $1
        """;

    public static async Task<IReadOnlyList<KeptEvent>> OfKeyAsync(
        NpgsqlDataSource dataSource,
        string key,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(OfKeySql);
        command.Parameters.AddWithValue(key);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var events = new List<KeptEvent>();
        while (await reader.ReadAsync(stop))
        {
            events.Add(
                new KeptEvent(
                    reader.GetInt64(0),
                    reader.GetFieldValue<DateTimeOffset>(1),
                    reader.GetString(2),
                    reader.GetInt32(3),
                    reader.GetInt64(4),
                    reader.GetGuid(5),
                    reader.GetString(6),
                    reader.GetInt64(7),
                    reader.GetFieldValue<DateTimeOffset>(8),
                    reader.IsDBNull(9) ? null : TraceIdOf(reader.GetFieldValue<byte[]>(9)),
                    reader.GetFieldValue<byte[]>(10)
                )
            );
        }

        return events;
    }

    /// <returns>null where the header is no W3C trace context.</returns>
    private static string? TraceIdOf(byte[] traceParent) =>
        ActivityContext.TryParse(Encoding.ASCII.GetString(traceParent), null, out var context)
            ? context.TraceId.ToHexString()
            : null;
}
