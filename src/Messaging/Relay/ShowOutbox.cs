using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>How much waits to be sent to Kafka, for how long, and what all of it takes.</summary>
internal static class ShowOutbox
{
    /// <summary>Many millions of rows are not counted while somebody waits.</summary>
    private const int CountSeconds = 10;

    /// <param name="Depth">Committed events that Kafka does not have yet.</param>
    /// <param name="OldestAgeSeconds">Of the oldest of them; 0 where there is none.</param>
    /// <param name="Bytes">
    /// On the database's disk, with indexes, and with what is sent and kept.
    /// </param>
    /// <param name="BudgetBytes">Of which it should not take more than four fifths.</param>
    internal sealed record OutboxState(
        long Depth,
        double OldestAgeSeconds,
        long Bytes,
        long BudgetBytes,
        OutboxRelay Relay
    );

    /// <param name="Epoch">Counts the hosts that have been the relay.</param>
    /// <param name="Kafka">Which Kafka it sends to; null before the first.</param>
    /// <param name="MovedAt">When it last recorded that something was sent.</param>
    internal sealed record OutboxRelay(long Epoch, string? Kafka, DateTimeOffset MovedAt);

    private static readonly OutboxState Example = new(
        Depth: 12,
        OldestAgeSeconds: 0.8,
        Bytes: 734_003_200,
        BudgetBytes: 10_737_418_240,
        new(Epoch: 3, "MkU3OEVBNTcwNTJENDM2Qg", Examples.HeldAt)
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/ops/outbox", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ShowOutbox")
            .WithTags("Operations")
            .WithSummary("Depth, age and size of the outbox")
            .WithDescription(
                "How many events are committed and not in Kafka, how old the oldest of them is, "
                    + "what the outbox takes of the disk, and when the relay last moved on. "
                    + "Every host answers, not the relay alone."
            )
            .Produces<OutboxState>()
            .WithResponseExample(200, Example);

    private static async Task<IResult> Handle(
        NpgsqlDataSource dataSource,
        OutboxDisk disk,
        CancellationToken stop
    )
    {
        var (position, relay) = await ReadAsync(dataSource, stop);
        var backlog = await OutboxDepth.MeasureAsync(dataSource, position, CountSeconds, stop);
        var use = await disk.MeasureAsync(stop);
        return TypedResults.Ok(
            new OutboxState(backlog.Rows, backlog.OldestSeconds, use.Bytes, use.BudgetBytes, relay)
        );
    }

    private static async Task<(RelayPosition Position, OutboxRelay Relay)> ReadAsync(
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT from_snapshot::text, to_snapshot::text, last_seq, incarnation, epoch, moved_at
            FROM messaging.relay_position
            """
        );
        await using var row = await command.ExecuteReaderAsync(stop);
        await row.ReadAsync(stop);
        var position = new RelayPosition(
            Snapshot.Parse(row.GetString(0)),
            await row.IsDBNullAsync(1, stop) ? null : Snapshot.Parse(row.GetString(1)),
            row.GetInt64(2),
            await row.IsDBNullAsync(3, stop) ? null : row.GetString(3)
        );
        var movedAt = row.GetFieldValue<DateTimeOffset>(5);
        return (position, new OutboxRelay(row.GetInt64(4), position.Incarnation, movedAt));
    }
}
