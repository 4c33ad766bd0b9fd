using ConcertReservation.Verification;
using Confluent.Kafka;
using Npgsql;
using StackExchange.Redis;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

if (args.Contains("--help"))
{
    Console.WriteLine(VerifyOptions.Usage);
    return 0;
}

try
{
    var options = VerifyOptions.Parse(args);
    var journal = options.Journal is { } path ? Journal.Read(path) : null;
    var verifier = new Verifier(VerificationSettings.Read());
    var (_, findings) = await verifier.RunAsync(journal, options.Within, stop.Token);
    Report.Write(Terminal.Console(), findings);
    Console.WriteLine(Report.Sum(findings));
    return findings.All(f => f.Holds) ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
catch (Exception e)
    when (e
            is InvalidOperationException
                or NpgsqlException
                or KafkaException
                or RedisException
                or TimeoutException
                or IOException
                or UnauthorizedAccessException
                or FormatException
    )
{
    Console.Error.WriteLine($"Cannot verify: {e.Message}");
    return 2;
}
