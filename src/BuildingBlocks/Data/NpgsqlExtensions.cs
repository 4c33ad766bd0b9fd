using ConcertReservation.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>What statements without Entity Framework have in common.</summary>
public static class NpgsqlExtensions
{
    /// <summary>Runs a statement, or several, without parameters.</summary>
    public static async Task ExecuteAsync(
        this NpgsqlConnection connection,
        string sql,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// Adds an array whose elements' type its values alone do not tell: empty, or with nulls.
    /// </summary>
    public static void AddArray(
        this NpgsqlParameterCollection parameters,
        NpgsqlDbType elementType,
        Array values
    ) =>
        parameters.Add(
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | elementType, Value = values }
        );

    /// <summary>
    /// All rows, whose first columns are incarnation, topic, partition and an offset.
    /// </summary>
    public static async Task<IReadOnlyList<LogPosition>> ReadLogPositionsAsync(
        this NpgsqlDataReader reader,
        CancellationToken stop
    )
    {
        var positions = new List<LogPosition>();
        while (await reader.ReadAsync(stop))
        {
            positions.Add(
                new LogPosition(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetInt32(2),
                    reader.GetInt64(3)
                )
            );
        }

        return positions;
    }
}
