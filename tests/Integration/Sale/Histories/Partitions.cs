using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>
/// What Kafka would have of a history, and how far each group is in it: the outbox in its order,
/// cut into partitions, so that events of one key stay in order and all others may overtake each
/// other.
/// </summary>
internal sealed class Partitions(TestDatabase database, long sinceSeq)
{
    private const int PartitionsPerTopic = 2;

    private static readonly (string Group, string Topic)[] Readers =
    [
        ("reservation-service", "concert-events"),
        ("reservation-service", "payment-events"),
        ("payment-service", "reservation-events"),
        ("concert-service", "reservation-events"),
    ];

    private readonly Dictionary<(string Topic, int Partition), List<Record>> _records = [];
    private readonly Dictionary<Lane, int> _positions = [];
    private long _lastSeq = sinceSeq;

    /// <summary>A partition as a group reads it.</summary>
    internal sealed record Lane(string Group, string Topic, int Partition);

    /// <summary>Where events of the key are, in every topic.</summary>
    public static int Of(string key) => key[^1] % PartitionsPerTopic;

    /// <summary>Those in which the group has something before it.</summary>
    public async Task<IReadOnlyList<Lane>> BehindAsync()
    {
        await RelayAsync();
        return [.. Lanes().Where(l => _positions.GetValueOrDefault(l) < CountOf(l))];
    }

    /// <summary>Those of which the group has read something.</summary>
    public IReadOnlyList<Lane> Read() =>
        [.. Lanes().Where(l => _positions.GetValueOrDefault(l) > 0)];

    public IReadOnlyList<Record> Next(Lane lane, int count) =>
        [
            .. _records[(lane.Topic, lane.Partition)]
                .Skip(_positions.GetValueOrDefault(lane))
                .Take(count),
        ];

    public void Commit(Lane lane, int count) =>
        _positions[lane] = _positions.GetValueOrDefault(lane) + count;

    /// <summary>The group gets all of it again.</summary>
    public void Rewind(Lane lane) => _positions[lane] = 0;

    private static IEnumerable<Lane> Lanes() =>
        from reader in Readers
        from partition in Enumerable.Range(0, PartitionsPerTopic)
        select new Lane(reader.Group, reader.Topic, partition);

    private int CountOf(Lane lane) =>
        _records.TryGetValue((lane.Topic, lane.Partition), out var records) ? records.Count : 0;

    private async Task RelayAsync()
    {
        await using var command = database.DataSource.CreateCommand(
            """
            SELECT seq, topic, key, event_id, event_type, version, occurred_at, module, traceparent,
                body
            FROM messaging.outbox WHERE seq > $1 ORDER BY seq
            """
        );
        command.Parameters.AddWithValue(_lastSeq);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            _lastSeq = row.GetInt64(0);
            var told = new OutboxRow(
                row.GetString(1),
                row.GetString(2),
                row.GetGuid(3),
                row.GetString(4),
                row.GetInt64(5),
                row.GetFieldValue<DateTimeOffset>(6),
                row.GetString(7),
                row.IsDBNull(8) ? null : row.GetString(8),
                row.GetFieldValue<byte[]>(9)
            );
            var partition = Of(told.Key);
            if (!_records.TryGetValue((told.Topic, partition), out var records))
                _records[(told.Topic, partition)] = records = [];
            records.Add(new Record(partition, _lastSeq, told));
        }
    }
}
