using System.Diagnostics;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>What processes have had of the processors: steadier than how long they took.</summary>
internal static class ProcessorTimes
{
    /// <returns>Zero where it has ended.</returns>
    public static TimeSpan Of(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.TotalProcessorTime;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return TimeSpan.Zero;
        }
    }
}
