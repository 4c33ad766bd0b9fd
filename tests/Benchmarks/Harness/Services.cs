namespace ConcertReservation.Tests.Benchmarks;

/// <summary>The servers that <c>./bench</c> names in the environment.</summary>
internal sealed record Services(string Postgres, string Redis, string Kafka)
{
    /// <exception cref="InvalidOperationException">One is not named.</exception>
    public static Services FromEnvironment() =>
        new(
            Required("ConnectionStrings__Postgres"),
            Required("ConnectionStrings__Redis"),
            Required("Kafka__BootstrapServers")
        );

    private static string Required(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"{variable} is not set: type ./bench.");
}
