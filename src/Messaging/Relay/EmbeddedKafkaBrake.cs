using Confluent.Kafka;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// The embedded Kafka silently drops what is beyond the newest 5 MB of a partition: so no more is
/// sent while a group of ours is more than 4 MB behind in any.
/// </summary>
internal sealed class EmbeddedKafkaBrake
{
    private const long MaxBytesBehind = 4_000_000;

    /// <summary>What a record's headers and frame add to its body, in bytes, at most.</summary>
    private const int RecordOverheadBytes = 512;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Topic, int Partition), PartitionLog> _partitions = [];
    private readonly NpgsqlDataSource _dataSource;
    private readonly string _incarnation;
    private readonly (string Group, IReadOnlySet<string> Topics)[] _groups;

    // Handed over and not yet in a partition's log: any partition may get them all.
    private long _underWay;

    private EmbeddedKafkaBrake(
        NpgsqlDataSource dataSource,
        string incarnation,
        IReadOnlyList<ConsumerGroup> groups
    )
    {
        _dataSource = dataSource;
        _incarnation = incarnation;
        _groups = [.. groups.Select(g => (g.Name, g.Topics))];
    }

    /// <param name="ends">
    /// Where the partitions end now. How large their records are nobody remembers: each is taken
    /// for the largest of the outbox.
    /// </param>
    public static async Task<EmbeddedKafkaBrake> StartAsync(
        NpgsqlDataSource dataSource,
        string incarnation,
        IReadOnlyList<ConsumerGroup> groups,
        IReadOnlyDictionary<(string Topic, int Partition), Watermarks> ends,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(
            "SELECT coalesce(max(octet_length(body)), 0) FROM messaging.outbox"
        );
        var largest = (int)(await command.ExecuteScalarAsync(stop))! + RecordOverheadBytes;
        var brake = new EmbeddedKafkaBrake(dataSource, incarnation, groups);
        foreach (var (partition, kept) in ends)
        {
            var log = new PartitionLog();
            for (var offset = kept.Low; offset < kept.High; offset++)
                log.Add(offset, largest);
            brake._partitions[partition] = log;
        }

        return brake;
    }

    /// <summary>
    /// Returns when the rows fit into any partition, however far behind the slowest group is.
    /// </summary>
    public async Task WaitAsync(int rows, long bytes, CancellationToken stop)
    {
        var size = bytes + ((long)rows * RecordOverheadBytes);
        while (!Fits(size))
        {
            await ForgetAppliedAsync(stop);
            if (!Fits(size))
                await Task.Delay(Pause, stop);
        }

        Interlocked.Add(ref _underWay, size);
    }

    /// <summary>Kafka has the row.</summary>
    public void Sent(OutboxRow row, TopicPartitionOffset at)
    {
        var size = row.Body.Length + RecordOverheadBytes;
        lock (_gate)
        {
            var partition = (row.Topic, at.Partition.Value);
            if (!_partitions.TryGetValue(partition, out var log))
                _partitions[partition] = log = new PartitionLog();
            log.Add(at.Offset.Value, size);
        }

        Interlocked.Add(ref _underWay, -size);
    }

    private bool Fits(long size)
    {
        lock (_gate)
        {
            var fullest = _partitions.Values.Select(p => p.Bytes).DefaultIfEmpty(0).Max();
            var underWay = Interlocked.Read(ref _underWay);
            // A page above the limit by itself goes when nothing else is there.
            return fullest + underWay == 0 || fullest + underWay + size <= MaxBytesBehind;
        }
    }

    private async Task ForgetAppliedAsync(CancellationToken stop)
    {
        var applied = await AppliedAsync(stop);
        lock (_gate)
        {
            foreach (var ((topic, partition), log) in _partitions)
            {
                var slowest = _groups
                    .Where(g => g.Topics.Contains(topic))
                    .Select(g => applied.GetValueOrDefault((g.Group, topic, partition)))
                    .DefaultIfEmpty(long.MaxValue)
                    .Min();
                log.ForgetBelow(slowest);
            }
        }
    }

    private async Task<Dictionary<(string Group, string Topic, int Partition), long>> AppliedAsync(
        CancellationToken stop
    )
    {
        await using var command = _dataSource.CreateCommand(
            """
            SELECT consumer_group, topic, partition, next_offset
            FROM messaging.consumer_positions WHERE incarnation = $1
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _incarnation });
        var applied = new Dictionary<(string, string, int), long>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var position = (reader.GetString(0), reader.GetString(1), reader.GetInt32(2));
            applied[position] = reader.GetInt64(3);
        }

        return applied;
    }

    /// <summary>
    /// What is in a partition and not yet applied by all: bounded by the brake itself.
    /// </summary>
    private sealed class PartitionLog
    {
        private readonly Queue<(long Offset, int Bytes)> _records = new();

        public long Bytes { get; private set; }

        public void Add(long offset, int bytes)
        {
            _records.Enqueue((offset, bytes));
            Bytes += bytes;
        }

        public void ForgetBelow(long offset)
        {
            while (_records.TryPeek(out var record) && record.Offset < offset)
                Bytes -= _records.Dequeue().Bytes;
        }
    }
}
