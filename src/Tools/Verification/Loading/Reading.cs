using System.Security.Cryptography;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Verification.Loading;

/// <summary>What the loaders share.</summary>
internal static class Reading
{
    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<T>();
        while (await reader.ReadAsync(stop))
            rows.Add(read(reader));
        return rows;
    }

    public static DateTimeOffset Time(this NpgsqlDataReader reader, int column) =>
        reader.GetFieldValue<DateTimeOffset>(column);

    public static long? Number(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static string? Text(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    public static TopicEvent Event(
        string topic,
        string key,
        Guid eventId,
        string eventType,
        long version,
        byte[] body
    ) =>
        new(
            topic,
            key,
            eventId,
            eventType,
            version,
            Hash(body),
            EventCatalogue.ByName.ContainsKey(eventType)
                ? EventCatalogue.Deserialize(eventType, body)
                : null
        )
        {
            Person = PersonalFields.PersonOf(body),
            ErasedHash = PersonalFields.Erase(body) is { } erased ? Hash(erased) : null,
        };

    private static string Hash(byte[] body) => Convert.ToHexString(SHA256.HashData(body));
}
