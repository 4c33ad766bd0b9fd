using ConcertReservation.BuildingBlocks.Http;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// What other transactions have locked of all that some holds need, found without waiting.
/// </summary>
internal sealed class BlockedHolds
{
    /// <remarks>
    /// A seat that was taken in between is among them too; the next look sees that it is taken.
    /// </remarks>
    private const string LockedSeatsSql = $"""
        WITH lockable AS MATERIALIZED (
            SELECT id FROM reservations.seats
            WHERE id = ANY ($1::bigint[]) AND {HoldBatch.IsClaimable}
            ORDER BY id
            FOR UPDATE SKIP LOCKED)
        SELECT id FROM reservations.seats
        WHERE id = ANY ($1::bigint[]) AND {HoldBatch.IsClaimable}
            AND id NOT IN (SELECT id FROM lockable)
        """;

    private readonly HashSet<int> _concerts = [];
    private readonly HashSet<int> _customers = [];
    private readonly HashSet<long> _seats = [];

    private BlockedHolds() { }

    /// <summary>Holds no lock when it returns.</summary>
    public static async Task<BlockedHolds> FindAsync(
        NpgsqlConnection connection,
        IReadOnlyList<HoldCommand> commands,
        CancellationToken stop
    )
    {
        var found = new BlockedHolds();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("BEGIN");
        batch.Add(Locks.RefusedConcertsSql, Locks.Of(commands.Select(c => c.ConcertId)));
        batch.Add(Locks.RefusedCustomersSql, Locks.Of(commands.Select(c => c.CustomerId)));
        batch.Add(LockedSeatsSql, commands.SelectMany(c => c.SeatIds).Distinct().ToArray());
        batch.Add("ROLLBACK");
        await using var reader = await batch.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            found._concerts.Add(reader.GetInt32(0));
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            found._customers.Add(reader.GetInt32(0));
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            found._seats.Add(reader.GetInt64(0));
        return found;
    }

    /// <summary>What a customer is told in the end; null where the way is free.</summary>
    public Problem? RefusalOf(HoldCommand command)
    {
        if (_customers.Contains(Locks.Of(command.CustomerId)))
            return HoldFailures.CustomerIsBusy();

        return
            _concerts.Contains(Locks.Of(command.ConcertId)) || command.SeatIds.Any(_seats.Contains)
            ? HoldFailures.SeatsAreBusy()
            : null;
    }
}
