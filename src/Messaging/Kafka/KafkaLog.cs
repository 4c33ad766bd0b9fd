using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Messaging;

/// <summary>
/// librdkafka's own lines in our log; its noise about lost connections at Debug only.
/// </summary>
/// <remarks>
/// That Kafka is away is said once, by <see cref="KafkaWatch"/>, not by each connection attempt.
/// </remarks>
internal sealed partial class KafkaLog(ILogger<KafkaLog> logger)
{
    private static readonly HashSet<string> ConnectionNoise = new(StringComparer.Ordinal)
    {
        "FAIL",
        "ERROR",
        "REQTMOUT",
        "SESSTMOUT",
        "METADATA",
        "COORD",
        "GETPID",
        "CLUSTERID",
        // Told once more as an error of the client; and a producer that ends with messages on their
        // way gets one for them.
        "FATAL",
    };

    public void Write(LogMessage message) =>
        LogLine(logger, LevelOf(message), message.Name, message.Facility, message.Message);

    /// <summary>
    /// An error without a request to blame: only a fatal one needs anybody's attention here.
    /// </summary>
    public void Write(string client, Error error)
    {
        // A refused message: whoever sent it says which and why.
        if (error.IsFatal && error.Code != ErrorCode.Local_GaplessGuarantee)
            LogFatal(logger, client, error.Code, error.Reason);
        else
            LogTransient(logger, client, error.Code, error.Reason);
    }

    private static LogLevel LevelOf(LogMessage message) =>
        ConnectionNoise.Contains(message.Facility) || IsAboutOurChoice(message)
            ? LogLevel.Debug
            : message.Level switch
            {
                <= SyslogLevel.Critical => LogLevel.Critical,
                SyslogLevel.Error => LogLevel.Error,
                SyslogLevel.Warning => LogLevel.Warning,
                SyslogLevel.Notice or SyslogLevel.Info => LogLevel.Information,
                _ => LogLevel.Debug,
            };

    /// <summary>librdkafka calls that setting experimental; the relay rests on it.</summary>
    private static bool IsAboutOurChoice(LogMessage message) =>
        message.Facility == "CONFWARN"
        && message.Message.Contains("enable.gapless.guarantee", StringComparison.Ordinal);

    [LoggerMessage(Message = "Kafka client {Client}: {Facility}: {Text}")]
    private static partial void LogLine(
        ILogger logger,
        LogLevel level,
        string client,
        string facility,
        string text
    );

    [LoggerMessage(LogLevel.Error, "Kafka client {Client} failed for good: {Code}: {Reason}")]
    private static partial void LogFatal(
        ILogger logger,
        string client,
        ErrorCode code,
        string reason
    );

    [LoggerMessage(LogLevel.Debug, "Kafka client {Client}: {Code}: {Reason}")]
    private static partial void LogTransient(
        ILogger logger,
        string client,
        ErrorCode code,
        string reason
    );
}
