using System.Globalization;
using ConcertReservation.Verification;
using Confluent.Kafka;
using Npgsql;
using StackExchange.Redis;

const int DefaultBoundSeconds = 60;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

if (args.Contains("--help"))
{
    Console.WriteLine(
        $"""
        verify [--journal FILE] [--within SECONDS]
          Waits until the system is at rest ({DefaultBoundSeconds} s at most, or SECONDS), then
          checks the invariants. FILE is a client's journal, such as .local/run/demo-journal.jsonl.
        """
    );
    return 0;
}

try
{
    var journal = Option("--journal") is { } path ? Journal.Read(path) : null;
    var seconds = Option("--within") is { } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : DefaultBoundSeconds;
    var verifier = new Verifier(VerificationSettings.Read());
    var (_, findings) = await verifier.RunAsync(journal, TimeSpan.FromSeconds(seconds), stop.Token);
    Report.Write(Terminal.Console(), findings);

    var violated = findings.Where(f => !f.Holds).Select(f => f.Number).ToList();
    Console.WriteLine(
        violated.Count == 0
            ? "Every invariant that could be checked holds."
            : $"Violated: {string.Join(", ", violated)}."
    );
    return violated.Count == 0 ? 0 : 1;
}
catch (Exception e)
    when (e
            is InvalidOperationException
                or NpgsqlException
                or KafkaException
                or RedisException
                or TimeoutException
                or IOException
                or FormatException
    )
{
    Console.Error.WriteLine($"Cannot verify: {e.Message}");
    return 2;
}

string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
