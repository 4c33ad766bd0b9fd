using ConcertReservation.BuildingBlocks.Data;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Reservations;

/// <summary>Statements with positional parameters.</summary>
internal static class Statements
{
    /// <summary>The ids that a statement finds, in the unit of work.</summary>
    public static async Task<List<long>> ReadIdsAsync(
        this UnitOfWork work,
        string sql,
        CancellationToken stop,
        params object[] values
    )
    {
        await using var command = new NpgsqlCommand(sql, work.Connection);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        var ids = new List<long>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            ids.Add(reader.GetInt64(0));
        return ids;
    }

    /// <summary>
    /// An array of times, some of them null: its type cannot be told from its first value.
    /// </summary>
    public static NpgsqlParameter Times(IEnumerable<DateTimeOffset?> times) =>
        new()
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            Value = times.Select(t => t?.UtcDateTime).ToArray(),
        };

    public static NpgsqlBatchCommand Add(
        this NpgsqlBatch batch,
        string sql,
        params ReadOnlySpan<object> values
    )
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(
                value as NpgsqlParameter ?? new NpgsqlParameter { Value = value }
            );
        batch.BatchCommands.Add(command);
        return command;
    }
}
