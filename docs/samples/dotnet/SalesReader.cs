using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Npgsql;

namespace SalesBoard;

/// <summary>Keeps how many seats of each concert are sold, from reservation-events.</summary>
/// <param name="kafka">The brokers' addresses, and TLS and the user's name where they ask.</param>
public sealed class SalesReader(ClientConfig kafka, NpgsqlDataSource database)
{
    public const string Tables = """
        CREATE TABLE IF NOT EXISTS seen_events (event_id uuid PRIMARY KEY);
        CREATE TABLE IF NOT EXISTS sales (concert_id bigint PRIMARY KEY, seats bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS set_aside (place text PRIMARY KEY, body bytea, reason text);
        """;

    // The event's id and its effect in one statement: an event that comes again does nothing.
    private const string CountOnce = """
        WITH new_event AS (
            INSERT INTO seen_events VALUES ($1) ON CONFLICT DO NOTHING RETURNING event_id)
        INSERT INTO sales SELECT $2, $3 FROM new_event
        ON CONFLICT (concert_id) DO UPDATE SET seats = sales.seats + excluded.seats
        """;

    // New fields are passed over; a missing one, or null where none may be, is an error, not 0.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Runs until it is stopped or fails; the next run goes on where it stood.</summary>
    public Task RunAsync(CancellationToken stop) =>
        // Reading blocks a thread: not the caller's.
        Task.Run(() => ReadAsync(stop), CancellationToken.None);

    private async Task ReadAsync(CancellationToken stop)
    {
        var config = new ConsumerConfig(kafka)
        {
            GroupId = "sales-board",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            // An offset is stored below, after the effect; what is stored is committed by itself.
            EnableAutoOffsetStore = false,
        };
        using var consumer = new ConsumerBuilder<string, byte[]>(config).Build();
        consumer.Subscribe("reservation-events");
        try
        {
            while (true)
            {
                var record = consumer.Consume(stop);
                await ApplyAsync(record, stop);
                consumer.StoreOffset(record);
            }
        }
        finally
        {
            consumer.Close();
        }
    }

    private async Task ApplyAsync(ConsumeResult<string, byte[]> record, CancellationToken stop)
    {
        try
        {
            // By the header: the value of a type that is none of ours is not even read.
            switch (TypeOf(record))
            {
                case "RESERVATION_CONFIRMED":
                    var sold = Read<Confirmed>(record);
                    await ExecuteAsync(
                        CountOnce,
                        stop,
                        sold.EventId,
                        sold.ConcertId,
                        sold.SeatIds.Length
                    );
                    break;
                case "RESERVATION_CANCELLED":
                    var back = Read<Cancelled>(record);
                    if (back.WasConfirmed)
                    {
                        await ExecuteAsync(
                            CountOnce,
                            stop,
                            back.EventId,
                            back.ConcertId,
                            -back.SeatIds.Length
                        );
                    }

                    break;
            }
        }
        catch (JsonException e)
        {
            // It will not become readable by another try: people have to look at it.
            await ExecuteAsync(
                "INSERT INTO set_aside VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                stop,
                $"{record.TopicPartitionOffset}",
                record.Message.Value ?? [],
                e.Message
            );
        }
    }

    private static string? TypeOf(ConsumeResult<string, byte[]> record) =>
        record.Message.Headers.TryGetLastBytes("ce_type", out var type) && type is not null
            ? Encoding.UTF8.GetString(type)
            : null;

    private static T Read<T>(ConsumeResult<string, byte[]> record) =>
        JsonSerializer.Deserialize<T>(record.Message.Value.AsSpan(), Json)
        ?? throw new JsonException("An event is an object, not null.");

    private async Task ExecuteAsync(string sql, CancellationToken stop, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(stop);
    }

    private sealed record Confirmed(Guid EventId, long ConcertId, long[] SeatIds);

    private sealed record Cancelled(
        Guid EventId,
        long ConcertId,
        long[] SeatIds,
        bool WasConfirmed
    );
}
