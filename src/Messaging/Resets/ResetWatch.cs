using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Notices that somebody has set a group back, on whatever host: the session that hears of it ends,
/// and the next one begins where it was told to.
/// </summary>
internal static class ResetWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Completes once the group was set back after the session began; never fails.
    /// </summary>
    public static async Task NoticedAsync(
        NpgsqlDataSource dataSource,
        SessionSetup setup,
        CancellationToken ending
    )
    {
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            try
            {
                await timer.WaitForNextTickAsync(ending);
                var number = await ResetTable.NumberAsync(dataSource, setup.Group, ending);
                if (number != setup.ResetNumber)
                    return;
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException || DatabaseFaults.IsAway(e))
            {
                // Nobody can have set it back either.
            }
        }
    }
}
