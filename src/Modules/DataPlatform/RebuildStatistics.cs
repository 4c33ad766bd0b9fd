using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// Counts everything anew from the event store, to the same numbers. Readers see the old numbers
/// until the new ones are complete; the group's own batches wait meanwhile, so that none is counted
/// twice or missed.
/// </summary>
internal sealed class RebuildStatistics(UnitOfWork work, IEventHistory history)
{
    /// <summary>Events counted at a time.</summary>
    private const int PageSize = 2_000;

    /// <returns>How many events were counted.</returns>
    public Task<long> RunAsync(CancellationToken stop) =>
        work.RunAsync(
            async stop =>
            {
                await ClearAsync(stop);
                var (page, counted) = (new List<CountedEvent>(PageSize), 0L);
                await foreach (var past in history.ReadAsync([.. Topics.Partitions.Keys], stop))
                {
                    page.Add(new CountedEvent(past.EventType, past.Version, past.Body));
                    counted++;
                    if (page.Count < PageSize)
                        continue;

                    await Statistics.ApplyAsync(work, page, stop);
                    page.Clear();
                }

                await Statistics.ApplyAsync(work, page, stop);
                return counted;
            },
            stop
        );

    /// <remarks>
    /// The store is appended to and counted in one transaction, and counting begins by writing to
    /// one of these tables: whoever has their locks sees the store and the sums in step.
    /// </remarks>
    private async Task ClearAsync(CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            LOCK TABLE data_platform.customers, data_platform.concerts, data_platform.reservations
                IN EXCLUSIVE MODE;
            DELETE FROM data_platform.customers;
            DELETE FROM data_platform.concerts;
            DELETE FROM data_platform.reservations;
            DELETE FROM data_platform.customer_totals;
            DELETE FROM data_platform.customer_hours;
            DELETE FROM data_platform.concert_totals;
            DELETE FROM data_platform.hours;
            """,
            work.Connection
        );
        await command.ExecuteNonQueryAsync(stop);
    }
}
