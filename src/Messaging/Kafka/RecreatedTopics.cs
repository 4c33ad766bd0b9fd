using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// A topic that somebody deleted is made again, and is empty: what groups had not read of it is
/// gone, and how far they had read the old one says nothing of the new. So those positions are
/// forgotten, and the outbox is sent again; the inbox filters what was applied. Dead letters of the
/// old one stay, as those of a Kafka that is gone: their offsets are those of other records now.
/// </summary>
internal sealed partial class RecreatedTopics(
    NpgsqlDataSource dataSource,
    DatabaseReady ready,
    KafkaClients clients,
    ILogger<RecreatedTopics> logger
)
{
    private const string ForgetPositionsSql = """
        DELETE FROM messaging.consumer_positions WHERE incarnation = $1 AND topic = ANY($2)
        """;

    private const string SetLettersApartSql = """
        UPDATE messaging.dead_letters
        SET incarnation = incarnation || '/until-'
            || to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS.US')
        WHERE incarnation = $1 AND topic = ANY($2)
        """;

    /// <summary>Made, and not yet compared with the positions.</summary>
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <param name="topics">With the prefix, just made.</param>
    public void Add(IEnumerable<string> topics) =>
        _made.UnionWith(topics.Select(clients.Unprefixed).OfType<string>());

    /// <summary>Does nothing for topics that no group had read; waits for the database.</summary>
    public async Task ForgetReadingAsync(string incarnation)
    {
        if (_made.Count == 0 || !ready.IsOpen)
            return;

        try
        {
            string[] topics = [.. _made];
            if (await ForgetAsync(incarnation, topics))
                LogRecreated(logger, string.Join(", ", topics));
            _made.Clear();
        }
        catch (Exception e) when (e is NpgsqlException || DatabaseFaults.IsAway(e))
        {
            // With the next question to Kafka it is tried again.
            LogPutOff(logger, e.Message);
        }
    }

    private async Task<bool> ForgetAsync(string incarnation, string[] topics)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (await ExecuteAsync(ForgetPositionsSql) == 0)
            return false;

        await ExecuteAsync(SetLettersApartSql);
        await connection.ExecuteAsync("SELECT messaging.relay_again()", CancellationToken.None);
        await transaction.CommitAsync();
        return true;

        async Task<int> ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = incarnation });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = topics });
            return await command.ExecuteNonQueryAsync();
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "{Topics} had been read before and are empty now: somebody deleted them. The outbox is "
            + "sent again; what it keeps no longer is in the event store alone"
    )]
    private static partial void LogRecreated(ILogger logger, string topics);

    [LoggerMessage(
        LogLevel.Warning,
        "Positions in topics made again are not forgotten yet: {Reason}"
    )]
    private static partial void LogPutOff(ILogger logger, string reason);
}
