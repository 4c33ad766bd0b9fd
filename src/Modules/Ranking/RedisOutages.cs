using ConcertReservation.Messaging;
using StackExchange.Redis;

namespace ConcertReservation.Ranking;

/// <summary>Redis is away, or answers but not yet or not for us: no event is to blame.</summary>
internal sealed class RedisOutages : IOutageClassifier
{
    private static readonly string[] NotReady = ["LOADING", "MASTERDOWN", "READONLY", "BUSY"];

    public bool IsOutage(Exception exception) => IsAway(exception);

    public static bool IsAway(Exception exception) =>
        exception switch
        {
            RedisConnectionException or TimeoutException => true,
            RedisServerException { Message: var message } => Array.Exists(
                NotReady,
                n => message.StartsWith(n, StringComparison.Ordinal)
            ),
            _ => false,
        };
}
