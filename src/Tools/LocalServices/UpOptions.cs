namespace ConcertReservation.LocalServices;

/// <summary>What <c>up</c> was asked to do.</summary>
/// <param name="Directory">Where the services live.</param>
/// <param name="Fresh">Whether what an earlier owner left, data too, is thrown away first.</param>
/// <param name="Host">The host's assembly; null to start none.</param>
/// <param name="Sandbox">The payment sandbox's assembly; null to start none.</param>
/// <param name="Command">Runs while the services do; empty to run until told to stop.</param>
internal sealed record UpOptions(
    string Directory,
    bool Fresh,
    string? Host,
    string? Sandbox,
    IReadOnlyList<string> Command
)
{
    public const string Usage = """
        LocalServices up --dir DIR [--fresh] [--host HOST.dll] [--sandbox SANDBOX.dll]
            [-- COMMAND ARG...]

        Starts PostgreSQL, Redis and Kafka in DIR, each only where the environment names none
        (ConnectionStrings__Postgres, ConnectionStrings__Redis, Kafka__BootstrapServers,
        KAFKA_HOME), then the payment sandbox and the host, and runs the command with their
        addresses in its environment. All stops when the command ends, or at Ctrl-C. Where DIR
        runs already, the command joins it; else --fresh begins with no data.
        """;

    /// <exception cref="StartException">
    /// The arguments are wrong; the message is the usage.
    /// </exception>
    public static UpOptions Parse(IReadOnlyList<string> args)
    {
        if (args.FirstOrDefault() != "up")
            throw new StartException(Usage);

        string? directory = null;
        string? host = null;
        string? sandbox = null;
        var fresh = false;
        var i = 1;
        for (; i < args.Count && args[i] != "--"; i++)
        {
            if (args[i] == "--fresh")
            {
                fresh = true;
                continue;
            }

            var option = args[i];
            var value = ++i < args.Count ? args[i] : throw new StartException(Usage);
            _ = option switch
            {
                "--dir" => directory = value,
                "--host" => host = value,
                "--sandbox" => sandbox = value,
                _ => throw new StartException(Usage),
            };
        }

        return new UpOptions(
            directory ?? throw new StartException(Usage),
            fresh,
            host,
            sandbox,
            [.. args.Skip(i + 1)]
        );
    }
}
