using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Messaging;

/// <summary>
/// Asks Kafka every two seconds whether it is there and which one it is, makes missing topics until
/// all are there, and says once when Kafka goes and once when it is back.
/// </summary>
internal sealed partial class KafkaWatch(
    KafkaCluster cluster,
    KafkaClients clients,
    KafkaTopics topics,
    RecreatedTopics recreated,
    IHostApplicationLifetime lifetime,
    ILogger<KafkaWatch> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    private KafkaFacts? _known;
    private bool? _reachable;
    private IReadOnlyList<string> _missing = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Beside all others, not after them: nobody waits for an answer any more.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(
            stoppingToken,
            lifetime.ApplicationStopping
        );
        // The native client blocks while it connects: the host's start does not wait for it.
        await Task.Yield();
        var admin = clients.Admin("watch");
        var asking = Task.CompletedTask;
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                asking = WatchAsync(admin);
                await asking.WaitAsync(stopping.Token);
                // Whoever asks while Kafka is away is answered by the next attempt, not by a busy
                // loop.
                var pause = cluster.Facts is null
                    ? Task.Delay(Interval / 2, stopping.Token)
                    : cluster.AskedAsync(Interval, stopping.Token);
                await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            // Not under a question that is still open: the client would be destroyed in its midst.
            _ = asking.ContinueWith(
                _ => KafkaTeardown.End(admin, TimeSpan.Zero),
                TaskScheduler.Default
            );
        }
    }

    private async Task WatchAsync(IAdminClient admin)
    {
        var question = cluster.BeginQuestion();
        try
        {
            var metadata = await OwnThread.RunAsync(() => admin.GetMetadata(AnswerLimit));
            var before = _known;
            var facts = await FactsAsync(admin, metadata);
            TellReachable(facts);
            // Before the relay, which waits for the answer, sends to what was just made.
            await recreated.ForgetReadingAsync(facts.Incarnation);
            cluster.Answered(question, facts);
            if (before?.Incarnation == facts.Incarnation && IsToBeProvisioned(facts, metadata))
                cluster.Answered([], await ProvisionAsync(admin, metadata, facts));
            await recreated.ForgetReadingAsync(facts.Incarnation);
        }
        catch (Exception e)
        {
            // An edge: whatever it was, it is asked again.
            TellAway(e is KafkaException { Error: var error } ? error.Reason : e.Message);
            cluster.Lost(question);
        }
    }

    private async Task<KafkaFacts> FactsAsync(IAdminClient admin, Metadata metadata)
    {
        var clusterId =
            await OwnThread.RunAsync(() => Librdkafka.ClusterId(admin.Handle, AnswerLimit))
            ?? throw new KafkaException(new Error(ErrorCode.Local_TimedOut, "No cluster id."));
        var marker = KafkaIncarnation.Marker(metadata);
        var incarnation = KafkaIncarnation.Of(clusterId, marker);
        if (_known?.Incarnation == incarnation)
            return _known = _known with { Brokers = metadata.Brokers.Count };

        var isEmbedded = marker is not null;
        var brokers = metadata.Brokers.Count;
        var facts = new KafkaFacts(incarnation, isEmbedded, brokers, TopicFacts.AsPlanned);
        // The embedded Kafka makes its topics itself and knows no administration.
        return isEmbedded ? _known = facts : await ProvisionAsync(admin, metadata, facts);
    }

    /// <summary>Something was refused before, or a topic has been deleted since.</summary>
    private bool IsToBeProvisioned(KafkaFacts facts, Metadata metadata) =>
        !facts.IsEmbedded && !(facts.Topics.AreSettled && topics.MissingIn(metadata).Count == 0);

    private async Task<KafkaFacts> ProvisionAsync(
        IAdminClient admin,
        Metadata metadata,
        KafkaFacts facts
    )
    {
        // Whoever makes them: this host may not live to hear that it was itself.
        var missing = topics.MissingIn(metadata);
        if (!missing.SequenceEqual(_missing))
            recreated.Suspect();
        _missing = missing;
        var found = await topics.ProvisionAsync(admin, metadata);
        recreated.Add(found.Made);
        foreach (var mismatch in found.Mismatches.Except(facts.Topics.Mismatches))
            LogMismatch(logger, mismatch);
        return _known = facts with { Topics = found };
    }

    private void TellReachable(KafkaFacts facts)
    {
        if (_reachable == true)
            return;

        _reachable = true;
        LogReachable(logger, facts.Incarnation, facts.Brokers);
    }

    private void TellAway(string reason)
    {
        if (_reachable == false)
            return;

        _reachable = false;
        LogAway(logger, reason);
    }

    [LoggerMessage(LogLevel.Information, "Kafka {Incarnation} answers, {Brokers} brokers")]
    private static partial void LogReachable(ILogger logger, string incarnation, int brokers);

    [LoggerMessage(
        LogLevel.Warning,
        "Kafka is away ({Reason}); events wait in the outbox until it is back"
    )]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Topic {Mismatch}; left as it is")]
    private static partial void LogMismatch(ILogger logger, string mismatch);
}
