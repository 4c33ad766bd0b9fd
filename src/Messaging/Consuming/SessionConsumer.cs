using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Messaging;

/// <summary>Who is told when partitions come and go, on the thread that polls.</summary>
internal interface IPartitionOwner
{
    /// <returns>Where to start in each of them.</returns>
    IEnumerable<TopicPartitionOffset> Assigned(List<TopicPartition> partitions);

    void Revoked(List<TopicPartition> partitions);

    /// <summary>They belong to somebody else already.</summary>
    void Lost(List<TopicPartition> partitions);
}

/// <summary>
/// The Kafka consumer of a session: what may go wrong with it, and how it ends
/// without taking the process along.
/// </summary>
internal sealed partial class SessionConsumer : IDisposable
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1.5);

    /// <summary>Beyond it no assignment will come: the Kafka that was joined is gone.</summary>
    private static readonly TimeSpan AssignmentLimit = TimeSpan.FromSeconds(30);

    private readonly string _group;
    private readonly IPartitionOwner _owner;
    private readonly ILogger _log;
    private readonly IConsumer<byte[], byte[]> _consumer;

    /// <summary>Held by other threads while they are in the client, so that none is there when it
    /// is destroyed.</summary>
    private readonly ReaderWriterLockSlim _use = new();
    private bool _isClosed;
    private ExceptionDispatchInfo? _failure;
    private bool _toldRefusal;
    private volatile bool _hadAssignment;
    private volatile bool _isEnding;
    private volatile bool _wasDisconnected;

    public SessionConsumer(
        SessionSetup setup,
        ConsumingOptions options,
        KafkaClients clients,
        IPartitionOwner owner,
        ILogger log
    )
    {
        (_group, _owner, _log) = (setup.Group, owner, log);
        _consumer = clients
            .Consumer(
                MemberSettings.Of(setup, options, clients),
                error => _wasDisconnected |= IsDisconnection(error.Code)
            )
            .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
            .SetPartitionsRevokedHandler(
                (_, offsets) => Guarded(() => _owner.Revoked(PartitionsOf(offsets)))
            )
            .SetPartitionsLostHandler(
                (_, offsets) => Guarded(() => _owner.Lost(PartitionsOf(offsets)))
            )
            .Build();
        try
        {
            _consumer.Subscribe(setup.Topics.Select(clients.Prefixed));
        }
        catch
        {
            KafkaTeardown.Keep(_consumer);
            throw;
        }
    }

    public bool HadAssignment => _hadAssignment;

    /// <summary>On the thread that polls: whether a connection was lost since the last time that
    /// somebody asked.</summary>
    public bool TakeDisconnection()
    {
        var was = _wasDisconnected;
        _wasDisconnected = false;
        return was;
    }

    /// <summary>The next record, or null where none comes within a moment.</summary>
    /// <exception cref="KafkaException">The client failed for good.</exception>
    /// <exception cref="Exception">What the owner threw when partitions came or went.</exception>
    public ConsumeResult<byte[], byte[]>? Poll(CancellationToken stop)
    {
        try
        {
            var polled = _consumer.Consume(PollTimeout);
            _failure?.Throw();
            return polled is { Message: not null } ? polled : null;
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            // A topic that is not there yet, a broker in between: the client goes on by itself.
            if (IsRefusal(e.Error.Code) && !_toldRefusal)
                LogRefused(_group, e.Error.Code, e.Error.Reason);
            else
                LogPoll(_group, e.Error.Code, e.Error.Reason);
            _toldRefusal |= IsRefusal(e.Error.Code);
            stop.WaitHandle.WaitOne(PollTimeout);
            return null;
        }
    }

    public void Pause(TopicPartition partition) => Use(c => c.Pause([partition]));

    public void Resume(TopicPartition partition) => Use(c => c.Resume([partition]));

    /// <summary>The group's offsets as Kafka has them; unset where it does not say.</summary>
    public List<TopicPartitionOffset> Committed(List<TopicPartition> partitions)
    {
        try
        {
            return _consumer.Committed(partitions, AnswerLimit);
        }
        catch (KafkaException e)
        {
            // Only a rewind would show here; the positions of the database are enough to go on.
            LogPoll(_group, e.Error.Code, e.Error.Reason);
            return [.. partitions.Select(p => new TopicPartitionOffset(p, Offset.Unset))];
        }
    }

    /// <returns>False where Kafka did not take them.</returns>
    public bool TryCommit(IReadOnlyCollection<TopicPartitionOffset> offsets)
    {
        try
        {
            return Use(c => c.Commit(offsets));
        }
        catch (KafkaException e)
        {
            // In the midst of a rebalance, or without a coordinator: the next time will do, and
            // were there none, the positions in the database say the same.
            LogCommit(_group, e.Error.Code, e.Error.Reason);
            return false;
        }
    }

    /// <summary>Records behind the offset, as of the last fetch.</summary>
    public long LagOf(TopicPartition partition, long nextOffset)
    {
        var ends = new WatermarkOffsets(Offset.Unset, Offset.Unset);
        Use(c => ends = c.GetWatermarkOffsets(partition));
        var next = Math.Max(0, Math.Max(nextOffset, ends.Low.Value));
        return Math.Max(0, ends.High.Value - next);
    }

    /// <summary>Leaves Kafka in peace; a broker that does not answer holds nobody up.</summary>
    public void Dispose()
    {
        _isEnding = true;
        KafkaTeardown.End(_consumer, CloseLimit, Close);
    }

    /// <remarks>
    /// librdkafka before 2.3 aborts the process where a cooperative consumer is destroyed between
    /// joining its group and its first assignment (its issue 4312). So that is waited for, beyond
    /// the session's end if need be: a process that exits first is none the worse.
    /// </remarks>
    /// <exception cref="Exception">
    /// It must not be destroyed: no assignment came, a commit has no answer yet, or the client,
    /// fenced or otherwise failed for good, cannot be closed.
    /// </exception>
    private void Close()
    {
        var since = Stopwatch.GetTimestamp();
        while (!_hadAssignment)
        {
            if (Stopwatch.GetElapsedTime(since) > AssignmentLimit)
                throw new TimeoutException($"{_group} never got an assignment.");
            _consumer.Consume(PollTimeout);
        }

        // Destroyed under a commit, the client would crash.
        if (!_use.TryEnterWriteLock(CloseLimit))
            throw new TimeoutException($"A commit of {_group} has no answer.");
        _isClosed = true;
        _use.ExitWriteLock();
        _consumer.Close();
    }

    /// <returns>False where the client is closed already.</returns>
    private bool Use(Action<IConsumer<byte[], byte[]>> use)
    {
        _use.EnterReadLock();
        try
        {
            if (!_isClosed)
                use(_consumer);
            return !_isClosed;
        }
        finally
        {
            _use.ExitReadLock();
        }
    }

    private List<TopicPartitionOffset> Assigned(List<TopicPartition> partitions)
    {
        _hadAssignment = true;
        // Where the owner fails the session is about to end, and nothing is read until then.
        List<TopicPartitionOffset> starts =
        [
            .. partitions.Select(p => new TopicPartitionOffset(p, Offset.End)),
        ];
        if (!_isEnding)
            Guarded(() => starts = [.. _owner.Assigned(partitions)]);
        return starts;
    }

    /// <remarks>
    /// Confluent.Kafka answers an exception of a handler by giving up all partitions at once, which
    /// librdkafka refuses to a cooperative member: that exception would end the process. So it is
    /// kept, and ends the session at the next poll.
    /// </remarks>
    private void Guarded(Action handle)
    {
        try
        {
            handle();
        }
        catch (Exception e)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
        }
    }

    private static bool IsRefusal(ErrorCode code) =>
        code
            is ErrorCode.TopicAuthorizationFailed
                or ErrorCode.GroupAuthorizationFailed
                or ErrorCode.ClusterAuthorizationFailed;

    private static bool IsDisconnection(ErrorCode code) =>
        code is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown;

    private static List<TopicPartition> PartitionsOf(List<TopicPartitionOffset> offsets) =>
        [.. offsets.Select(o => o.TopicPartition)];

    [LoggerMessage(LogLevel.Debug, "{Group}: {Code}: {Reason}")]
    private partial void LogPoll(string group, ErrorCode code, string reason);

    [LoggerMessage(LogLevel.Warning, "Kafka refuses {Group} what it needs: {Code}: {Reason}")]
    private partial void LogRefused(string group, ErrorCode code, string reason);

    [LoggerMessage(LogLevel.Debug, "{Group} could not commit offsets yet: {Code}: {Reason}")]
    private partial void LogCommit(string group, ErrorCode code, string reason);
}
