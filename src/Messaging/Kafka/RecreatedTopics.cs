using System.Diagnostics;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// A topic that somebody deleted is made again, and is empty: what groups had not read of it is
/// gone, and how far they had read the old one says nothing of the new. So those positions are
/// forgotten, and the outbox is sent again; the inbox filters what was applied. Dead letters of the
/// old one stay, as those of a Kafka that is gone: their offsets are those of other records now.
/// </summary>
/// <remarks>
/// What this host made itself it knows to be empty. One that an administrator made, or a host that
/// died before it could say so, is found out by what it lacks. To forget without need repeats what
/// inboxes pass, once.
/// </remarks>
internal sealed partial class RecreatedTopics(
    NpgsqlDataSource dataSource,
    DatabaseReady ready,
    KafkaClients clients,
    KafkaCluster cluster,
    LostRecords lost,
    ILogger<RecreatedTopics> logger
)
{
    private const string ForgetPositionsSql = """
        DELETE FROM messaging.consumer_positions WHERE incarnation = $1 AND topic = ANY($2)
        """;

    /// <summary>Places of the old log, from where a group that was set back would go on.</summary>
    private const string ForgetRereadsSql = """
        DELETE FROM messaging.consumer_rereads WHERE incarnation = $1 AND topic = ANY($2)
        """;

    private const string SetLettersApartSql = """
        UPDATE messaging.dead_letters
        SET incarnation = incarnation || '/until-'
            || to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS.US')
        WHERE incarnation = $1 AND topic = ANY($2)
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);

    /// <summary>For a look beside the relay: it may have to read all of the outbox.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private static readonly TimeSpan ConfirmLimit = TimeSpan.FromSeconds(5);

    /// <summary>Between the two looks that have to agree.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <summary>Made, and not yet compared with the positions.</summary>
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);
    private volatile bool _isSuspected;

    /// <param name="topics">With the prefix, just made.</param>
    public void Add(IEnumerable<string> topics)
    {
        // Then what the database tells of them may have come after they were made: by another host
        // that was faster, at the first start of all.
        if (ready.IsOpen)
            _made.UnionWith(topics.Select(clients.Unprefixed).OfType<string>());
        else
            Suspect();
    }

    /// <summary>Topics have come or gone, or could not be asked for: to be looked at.</summary>
    public void Suspect() => _isSuspected = true;

    /// <summary>Does nothing for topics that nothing was sent to and no group had read.</summary>
    public async Task ForgetReadingAsync(string incarnation)
    {
        if (_made.Count == 0)
            return;

        try
        {
            string[] topics = [.. _made];
            var known = await lost.KnownAsync(incarnation, topics, CancellationToken.None);
            if (known.Count > 0)
                await ForgetAsync(incarnation, topics);
            _made.Clear();
        }
        catch (Exception e) when (e is NpgsqlException || DatabaseFaults.IsAway(e))
        {
            // With the next question to Kafka it is tried again.
            LogPutOff(logger, e.Message);
        }
    }

    /// <summary>Looks again and again until done, beside the relay.</summary>
    public async Task WatchAsync(CancellationToken done)
    {
        var looked = Stopwatch.GetTimestamp();
        var alsoUnread = false;
        using var timer = new PeriodicTimer(Tick);
        while (!done.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(done);
                var isDue = _isSuspected || Stopwatch.GetElapsedTime(looked) > Interval;
                if (!isDue || cluster.Facts is not { } facts)
                    continue;

                (alsoUnread, _isSuspected) = (alsoUnread || _isSuspected, false);
                looked = Stopwatch.GetTimestamp();
                await LookAsync(facts.Incarnation, alsoUnread, Patience, done);
                alsoUnread = false;
            }
            catch (OperationCanceledException) when (done.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // An edge: whatever it was, it is looked at again.
                LogNotSeen(logger, e.Message);
            }
        }
    }

    /// <summary>
    /// Compares what Kafka has with what is known of it, twice: an answer that is wrong for a
    /// moment costs nothing.
    /// </summary>
    /// <param name="alsoUnread">See <see cref="LostRecords.TopicsAsync"/>.</param>
    /// <param name="patience">For the first answer.</param>
    /// <returns>Whether there was less, and the relay's position is forgotten, too.</returns>
    /// <exception cref="Confluent.Kafka.KafkaException">Kafka is away.</exception>
    /// <exception cref="TimeoutException">So it seems.</exception>
    public async Task<bool> LookAsync(
        string incarnation,
        bool alsoUnread,
        TimeSpan patience,
        CancellationToken stop
    )
    {
        var first = await FirstLookAsync(incarnation, alsoUnread, patience, stop);
        if (first.Count == 0)
            return false;

        await Task.Delay(BetweenLooks, stop);
        var second = await lost.TopicsAsync(incarnation, alsoUnread, stop);
        string[] topics = [.. first.Intersect(second)];
        if (topics.Length == 0)
            return false;

        if (!await cluster.IsStillAsync(incarnation, ConfirmLimit, stop))
            return false;

        await ForgetAsync(incarnation, topics);
        return true;
    }

    private async Task<IReadOnlyList<string>> FirstLookAsync(
        string incarnation,
        bool alsoUnread,
        TimeSpan patience,
        CancellationToken stop
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        try
        {
            // The statement ends, too: else each try would leave one behind that reads the outbox.
            return await lost.TopicsAsync(incarnation, alsoUnread, limit.Token);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException("Kafka, or the outbox, takes too long to tell.", e);
        }
    }

    private async Task ForgetAsync(string incarnation, string[] topics)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(ForgetPositionsSql);
        await ExecuteAsync(ForgetRereadsSql);
        await ExecuteAsync(SetLettersApartSql);
        // Dead letters are in no outbox.
        if (topics.Any(Topics.Partitions.ContainsKey))
            await connection.ExecuteAsync("SELECT messaging.relay_again()", CancellationToken.None);
        await transaction.CommitAsync();
        LogRecreated(logger, string.Join(", ", topics));

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = incarnation });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = topics });
            await command.ExecuteNonQueryAsync();
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "{Topics} have less than they had: somebody deleted them, or brokers lost their end. The "
            + "outbox is sent again; what it keeps no longer is in the event store alone"
    )]
    private static partial void LogRecreated(ILogger logger, string topics);

    [LoggerMessage(
        LogLevel.Warning,
        "Positions in topics made again are not forgotten yet: {Reason}"
    )]
    private static partial void LogPutOff(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Debug, "Whether topics have what they had is not known: {Reason}")]
    private static partial void LogNotSeen(ILogger logger, string reason);
}
