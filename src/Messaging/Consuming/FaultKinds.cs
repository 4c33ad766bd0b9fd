using System.Net.Sockets;
using Confluent.Kafka;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// What kind of exception it is, for the log. What it says may quote an event, and people in it:
/// that is in the dead letter alone, which goes when they ask for it.
/// </summary>
internal static class FaultKinds
{
    private const int MaxCauses = 5;

    public static string Of(Exception exception)
    {
        var kinds = new List<string>();
        for (var e = exception; e is not null && kinds.Count <= MaxCauses; e = e.InnerException)
            kinds.Add(NameOf(e));
        return string.Join(", caused by ", kinds);
    }

    private static string NameOf(Exception exception)
    {
        var name = DeadLetterHeaders.NameOf(exception);
        return exception switch
        {
            PostgresException e => $"{name} {e.SqlState} {e.ConstraintName}".TrimEnd(),
            SocketException e => $"{name} {e.SocketErrorCode}",
            KafkaException e => $"{name} {e.Error.Code}",
            // Of a topic, in our words and in those of brokers.
            DeadLetterUnsentException e => $"{name}: {e.Message}",
            _ => name,
        };
    }
}
