using System.Diagnostics;
using Npgsql;

namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>
/// The time of the database, as <c>clock.now()</c> tells it: hosts whose own clocks are minutes off
/// agree on deadlines and on <c>occurredAt</c>. Reading it costs no round trip: the offset is
/// measured now and then, and the steady counter of the machine does the rest.
/// </summary>
public sealed class DatabaseClock : TimeProvider
{
    /// <summary>
    /// Measurements of a slow round trip are worth little: the best of this many counts.
    /// </summary>
    private const int Probes = 3;

    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    // Database time in ticks minus the machine's steady counter in ticks.
    private long _offsetTicks;

    public DatabaseClock() =>
        _offsetTicks = DateTime.UtcNow.Ticks - Stopwatch.GetElapsedTime(0).Ticks;

    /// <summary>To the microsecond, as PostgreSQL keeps it.</summary>
    public override DateTimeOffset GetUtcNow()
    {
        var ticks = Stopwatch.GetElapsedTime(0).Ticks + Volatile.Read(ref _offsetTicks);
        return new DateTimeOffset(ticks - (ticks % TicksPerMicrosecond), TimeSpan.Zero);
    }

    /// <summary>Asks the database and takes over its time.</summary>
    public async Task MeasureAsync(NpgsqlDataSource dataSource, CancellationToken stop)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stop);
        var (best, offset) = (TimeSpan.MaxValue, 0L);
        for (var i = 0; i < Probes; i++)
        {
            await using var command = new NpgsqlCommand("SELECT clock.now()", connection);
            var sent = Stopwatch.GetElapsedTime(0);
            var now = (DateTime)(await command.ExecuteScalarAsync(stop))!;
            var roundTrip = Stopwatch.GetElapsedTime(0) - sent;
            if (roundTrip < best)
                (best, offset) = (roundTrip, now.Ticks - (sent + roundTrip / 2).Ticks);
        }

        Volatile.Write(ref _offsetTicks, offset);
    }
}
