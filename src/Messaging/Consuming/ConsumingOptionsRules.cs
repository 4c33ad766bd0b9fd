using Microsoft.Extensions.Options;

namespace ConcertReservation.Messaging;

/// <summary>Times of <see cref="ConsumingOptions"/> that make sense only together.</summary>
internal sealed class ConsumingOptionsRules : IValidateOptions<ConsumingOptions>
{
    /// <summary>Kafka's own advice: one that is lost, and another, are not the end.</summary>
    private const int HeartbeatsPerSession = 3;

    public ValidateOptionsResult Validate(string? name, ConsumingOptions options)
    {
        var needed = (long)options.HeartbeatMilliseconds * HeartbeatsPerSession;
        return needed <= options.SessionTimeoutMilliseconds
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                "Kafka:Consuming:HeartbeatMilliseconds is above a third of "
                    + "Kafka:Consuming:SessionTimeoutMilliseconds: one late heartbeat would cost "
                    + "the member its partitions."
            );
    }
}
