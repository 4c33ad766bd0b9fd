using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// How far a consumer group has applied each partition, as the transactions of its effects wrote
/// it: Kafka's own committed offsets follow a little later.
/// </summary>
public sealed class GroupProgress(NpgsqlDataSource dataSource)
{
    /// <param name="group">Without the prefix of a shared Kafka.</param>
    public async Task<IReadOnlyList<LogPosition>> ReadAsync(string group, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT incarnation, topic, partition, next_offset FROM messaging.consumer_positions
            WHERE consumer_group = $1
            """
        );
        command.Parameters.AddWithValue(group);
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadLogPositionsAsync(stop);
    }
}
