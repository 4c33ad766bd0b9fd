using System.Text;
using ConcertReservation.Demo;
using ConcertReservation.Verification;
using Confluent.Kafka;
using Npgsql;
using Spectre.Console;
using StackExchange.Redis;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
Console.OutputEncoding = Encoding.UTF8;
var console = Terminal.Console();
var since = TimeProvider.System.GetTimestamp();
try
{
    var settings = DemoSettings.Read();
    using var journal = new Journal(settings.JournalPath);
    var sale = new Sale(settings, console, journal);
    await sale.RunAsync(stop.Token);

    var (history, findings) = await DrainAsync(settings, journal);
    var epilogue = new Epilogue(console, sale, settings);
    epilogue.TellSale();
    await epilogue.TellRankingsAsync(stop.Token);
    await epilogue.TellStatisticsAsync(stop.Token);
    epilogue.TellKafka(history);
    epilogue.TellMails(history);
    epilogue.TellInvariants(findings);

    var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
    var violated = findings.Count(f => !f.Holds);
    console.WriteLine(
        violated == 0
            ? $"The story took {seconds:F0} s; every invariant holds."
            : $"The story took {seconds:F0} s; {violated} invariants are violated."
    );
    return violated == 0 ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
catch (Exception e)
    when (e
            is DemoException
                or InvalidOperationException
                or HttpRequestException
                or NpgsqlException
                or KafkaException
                or RedisException
                or TimeoutException
    )
{
    Console.Error.WriteLine($"The demo failed: {e.Message}");
    return 1;
}

// Events, mails and views follow the sale; they are judged when everything has arrived.
async Task<(History, IReadOnlyList<Finding>)> DrainAsync(DemoSettings settings, Journal journal)
{
    const int BoundSeconds = 45;
    console.MarkupLine("[green]✓[/] sold out; waiting until everything has arrived everywhere");
    return await new Verifier(settings.Services).RunAsync(
        journal.Entries,
        TimeSpan.FromSeconds(BoundSeconds),
        stop.Token
    );
}
