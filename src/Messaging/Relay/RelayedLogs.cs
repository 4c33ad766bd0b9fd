using ConcertReservation.Contracts;
using Confluent.Kafka;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// How far a group has to be so that it lacks nothing of what was committed before: to where Kafka
/// ends once the relay has sent all of that. What anybody had applied elsewhere tells nothing about
/// it: in another Kafka, or in a topic that was made again, the same events have other offsets.
/// </summary>
public sealed class RelayedLogs
{
    private static readonly TimeSpan ConfirmLimit = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _dataSource;
    private readonly KafkaClients _clients;
    private readonly KafkaCluster _cluster;

    internal RelayedLogs(NpgsqlDataSource dataSource, KafkaClients clients, KafkaCluster cluster) =>
        (_dataSource, _clients, _cluster) = (dataSource, clients, cluster);

    /// <summary>The number of the newest committed event that the outbox keeps, or 0.</summary>
    public async Task<long> NewestAsync(CancellationToken stop)
    {
        await using var command = _dataSource.CreateCommand(
            "SELECT coalesce(max(seq), 0) FROM messaging.outbox"
        );
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    /// <summary>Where topics end that have all events up to a number.</summary>
    /// <param name="topics">Without the prefix.</param>
    /// <returns>
    /// null while nobody can tell: Kafka is away, the relay is not through, or somebody has just
    /// made another Kafka, or a topic again, and not everybody has noticed.
    /// </returns>
    public async Task<RelayedEnds?> EndsAsync(
        IReadOnlyCollection<string> topics,
        long newest,
        CancellationToken stop
    )
    {
        if (
            _cluster.Facts is not { Incarnation: var incarnation }
            || await EpochAsync(incarnation, newest, stop) is not { } epoch
        )
        {
            return null;
        }

        var read = await ReadAsync(incarnation, stop);
        try
        {
            var found = await KafkaWatermarks.ReadAsync(_clients, topics, stop);
            // Nobody reads beyond the end: what was read was another topic of that name.
            if (
                !await _cluster.IsStillAsync(incarnation, ConfirmLimit, stop)
                || LostRecords.Shorter(read, found).Count > 0
            )
            {
                return null;
            }

            var ends = found
                .Where(f => !f.Value.IsEmpty)
                .Select(f => new LogPosition(
                    incarnation,
                    f.Key.Topic,
                    f.Key.Partition,
                    f.Value.High
                ));
            var relayed = new RelayedEnds(incarnation, epoch, [.. ends]);
            return await AreOfNowAsync(relayed, stop) ? relayed : null;
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether the relay has not begun anew since: then the ends are where nobody comes any more.
    /// </summary>
    public async Task<bool> AreOfNowAsync(RelayedEnds ends, CancellationToken stop)
    {
        await using var command = _dataSource.CreateCommand(
            """
            SELECT EXISTS (SELECT FROM messaging.relay_position
                WHERE incarnation = $1 AND epoch = $2)
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ends.Incarnation });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = ends.Epoch });
        return await command.ExecuteScalarAsync(stop) is true;
    }

    /// <summary>The relay's, if it has sent this Kafka all up to the number.</summary>
    private async Task<long?> EpochAsync(string incarnation, long newest, CancellationToken stop)
    {
        await using var ask = _dataSource.CreateCommand(
            """
            SELECT epoch, from_snapshot::text FROM messaging.relay_position
            WHERE incarnation = $1
            """
        );
        ask.Parameters.Add(new NpgsqlParameter<string> { TypedValue = incarnation });
        long epoch;
        Snapshot sent;
        await using (var reader = await ask.ExecuteReaderAsync(stop))
        {
            if (!await reader.ReadAsync(stop))
                return null;

            (epoch, sent) = (reader.GetInt64(0), Snapshot.Parse(reader.GetString(1)));
        }

        await using var unsent = _dataSource.CreateCommand(
            """
            -- By the order alone is it the index that is read, whatever the planner knows of a new
            -- day: where all is sent, which is nearly always, nothing else ends the search.
            SELECT coalesce(
                (SELECT true FROM messaging.outbox WHERE xid >= $1 AND seq <= $3
                    ORDER BY xid LIMIT 1),
                (SELECT true FROM messaging.outbox WHERE xid = ANY($2) AND seq <= $3
                    ORDER BY xid LIMIT 1),
                false)
            """
        );
        unsent.Parameters.Add(XidParameters.Of(sent.Xmax));
        unsent.Parameters.Add(XidParameters.Of(sent.InProgress));
        unsent.Parameters.Add(new NpgsqlParameter<long> { TypedValue = newest });
        return await unsent.ExecuteScalarAsync(stop) is true ? null : epoch;
    }

    private async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> ReadAsync(
        string incarnation,
        CancellationToken stop
    )
    {
        await using var connection = await _dataSource.OpenConnectionAsync(stop);
        return await LostRecords.ReadAsync(connection, incarnation, stop);
    }
}
