using System.Diagnostics;

namespace ConcertReservation.Host.Telemetry;

/// <summary>
/// Spans tell of an exception its type and where it was thrown. What it says may quote what a
/// statement was about, and people in it: Npgsql tells all that the database says.
/// </summary>
internal static class SpanExceptions
{
    /// <summary>For every span of the process until it is disposed of; records none.</summary>
    public static ActivityListener Silence()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = TelemetryService.IsSource,
            ExceptionRecorder = TellWhere,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>What has been said of an exception already, the runtime does not add.</summary>
    private static void TellWhere(Activity activity, Exception exception, ref TagList tags)
    {
        tags.Add("exception.message", "");
        tags.Add("exception.stacktrace", exception.StackTrace ?? "");
    }
}
