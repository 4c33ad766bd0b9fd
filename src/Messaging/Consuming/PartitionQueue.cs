using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>
/// Records of one partition between the thread that polls and the worker that applies: bounded in
/// number and bytes by pausing the partition, so that polling never waits for anybody.
/// </summary>
internal sealed class PartitionQueue(ConsumingOptions options, Action pause, Action resume)
    : IDisposable
{
    /// <summary>What a record costs beside its body.</summary>
    private const int OverheadBytes = 300;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly Queue<ConsumeResult<byte[], byte[]>> _records = new();
    private int _bytes;
    private bool _paused;

    /// <summary>For the polling thread.</summary>
    public void Add(ConsumeResult<byte[], byte[]> record)
    {
        lock (_gate)
        {
            _records.Enqueue(record);
            _bytes += Size(record);
            var full = _records.Count >= options.QueueRecords || _bytes >= options.QueueBytes;
            if (full && !_paused)
            {
                _paused = true;
                pause();
            }

            if (_arrived.CurrentCount == 0)
                _arrived.Release();
        }
    }

    /// <summary>For the worker: the next records, as soon as there is one.</summary>
    public async Task TakeAsync(
        List<ConsumeResult<byte[], byte[]>> batch,
        int atMost,
        CancellationToken stop
    )
    {
        batch.Clear();
        while (batch.Count == 0)
        {
            await _arrived.WaitAsync(stop);
            lock (_gate)
            {
                while (batch.Count < atMost && _records.TryDequeue(out var record))
                {
                    batch.Add(record);
                    _bytes -= Size(record);
                }

                if (_records.Count > 0 && _arrived.CurrentCount == 0)
                    _arrived.Release();
                ResumeWhenLow();
            }
        }
    }

    /// <summary>Drops what waits, and leaves the partition as it was found.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _records.Clear();
            _bytes = 0;
            ResumeWhenLow();
        }
    }

    public void Dispose() => _arrived.Dispose();

    /// <summary>
    /// Not before half of it is free: pausing discards what the client has fetched ahead, so it
    /// should be rare.
    /// </summary>
    private void ResumeWhenLow()
    {
        var low = _records.Count <= options.QueueRecords / 2 && _bytes <= options.QueueBytes / 2;
        if (!_paused || !low)
            return;

        _paused = false;
        resume();
    }

    private static int Size(ConsumeResult<byte[], byte[]> record) =>
        OverheadBytes + (record.Message.Key?.Length ?? 0) + (record.Message.Value?.Length ?? 0);
}
