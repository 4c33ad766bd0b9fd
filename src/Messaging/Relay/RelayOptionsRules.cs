using Microsoft.Extensions.Options;

namespace ConcertReservation.Messaging;

/// <summary>Times of <see cref="RelayOptions"/> that make sense only together.</summary>
internal sealed class RelayOptionsRules : IValidateOptions<RelayOptions>
{
    public ValidateOptionsResult Validate(string? name, RelayOptions options)
    {
        var wrong = Faults(options).ToArray();
        return wrong.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Faults(RelayOptions options)
    {
        if (options.HeartbeatMilliseconds * 2 > options.LockIdleMilliseconds)
        {
            yield return "Relay:HeartbeatMilliseconds is above half of Relay:LockIdleMilliseconds: "
                + "the relay would lose its lock between two signs of life.";
        }

        if (options.RetryMilliseconds >= options.LockIdleMilliseconds)
        {
            yield return "Relay:RetryMilliseconds is not below Relay:LockIdleMilliseconds: "
                + "a waiting host would lose its connection between two attempts.";
        }
    }
}
