namespace ConcertReservation.Tests.Integration;

/// <summary>The servers that ./test names in the environment.</summary>
internal sealed record TestServices(string Postgres, string Kafka)
{
    public static TestServices FromEnvironment() =>
        new(Required("ConnectionStrings__Postgres"), Required("Kafka__BootstrapServers"));

    /// <exception cref="InvalidOperationException">
    /// The variable is not set; the message says what to type.
    /// </exception>
    public static string Required(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException(
                $"{variable} is not set. "
                    + "Type ./test Integration: it brings PostgreSQL, Redis and Kafka."
            );
}
