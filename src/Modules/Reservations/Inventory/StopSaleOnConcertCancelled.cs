using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// Nobody holds a seat from here on. The reservations that there are end in the background, a
/// bounded number at a time.
/// </summary>
[MovesMoneyOrSeats]
internal sealed class StopSaleOnConcertCancelled(UnitOfWork work) : IConsumer<ConcertCancelled>
{
    private const string CancelSql = """
        UPDATE reservations.concerts
        SET version = greatest(version, $2), cancelled_at = $3, cancel_reason = $4
        WHERE id = $1 AND cancelled_at IS NULL
        """;

    public async Task Consume(ConsumeContext<ConcertCancelled> context)
    {
        var cancelled = context.Message;
        await using var command = new NpgsqlCommand(CancelSql, work.Connection);
        command.Parameters.AddWithValue(cancelled.ConcertId);
        command.Parameters.AddWithValue(context.Version());
        command.Parameters.AddWithValue(cancelled.OccurredAt.UtcDateTime);
        command.Parameters.AddWithValue(cancelled.Reason);
        await command.ExecuteNonQueryAsync(context.CancellationToken);
        FaultPoints.AtCommit(work, FaultPoint.SaleStopping, FaultPoint.SaleStopped);
    }
}
