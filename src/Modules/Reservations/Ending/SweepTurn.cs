using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>What a sweep does over all hosts, one at a time.</summary>
internal enum SweepKind
{
    Holds = 1,
    CancelledConcerts = 2,
    IdempotencyKeys = 3,
}

/// <summary>Whose turn it is.</summary>
internal static class SweepTurn
{
    /// <summary>Holds until the transaction ends; false while another host sweeps.</summary>
    public static async Task<bool> TryTakeAsync(
        UnitOfWork work,
        SweepKind kind,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(Locks.TrySweeperSql, work.Connection);
        command.Parameters.AddWithValue((int)kind);
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }
}
