using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Reservations;

/// <summary>
/// Name and times follow the concert; an event older than the stored version changes nothing.
/// </summary>
internal sealed class FollowConcertOnConcertChanged(UnitOfWork work) : IConsumer<ConcertChanged>
{
    private const string ChangeSql = """
        UPDATE reservations.concerts
        SET version = $2, name = $3, starts_at = coalesce($4, starts_at),
            booking_start_time = coalesce($5, booking_start_time)
        WHERE id = $1 AND version < $2
        """;

    public async Task Consume(ConsumeContext<ConcertChanged> context)
    {
        var change = context.Message;
        await using var command = new NpgsqlCommand(ChangeSql, work.Connection);
        command.Parameters.AddWithValue(change.ConcertId);
        command.Parameters.AddWithValue(context.Version());
        command.Parameters.AddWithValue(change.ConcertName);
        AddTime(change.StartsAt);
        AddTime(change.BookingStartTime);
        await command.ExecuteNonQueryAsync(context.CancellationToken);

        void AddTime(DateTimeOffset? time) =>
            command.Parameters.AddWithValue(
                NpgsqlDbType.TimestampTz,
                (object?)time?.UtcDateTime ?? DBNull.Value
            );
    }
}
