using Microsoft.Extensions.Logging;

namespace ConcertReservation.Messaging;

/// <summary>What the worker of a partition says; of exceptions their kinds.</summary>
internal sealed partial class WorkerLog(GroupPartition at, ILogger logger)
{
    public void OneByOne(Exception fault) =>
        LogOneByOne(at.Group, at.Topic, at.Partition, FaultKinds.Of(fault));

    public void Retry(long offset, Exception fault) =>
        LogRetry(at.Group, at.Topic, at.Partition, offset, FaultKinds.Of(fault));

    public void DeadLetter(long offset, Exception fault) =>
        LogDeadLetter(at.Group, at.Topic, at.Partition, offset, FaultKinds.Of(fault));

    public void Unwritten(long offset, Exception fault) =>
        LogUnwritten(at.Group, at.Topic, at.Partition, offset, FaultKinds.Of(fault));

    public void Gap(OffsetGap gap) =>
        LogGap(at.Group, at.Topic, at.Partition, gap.From, gap.To, gap.Count);

    public void Outage(LogLevel level, Exception fault) =>
        LogOutage(level, at.Group, at.Topic, at.Partition, FaultKinds.Of(fault));

    public void OutageOver(LogLevel level) =>
        LogOutageOver(level, at.Group, at.Topic, at.Partition);

    [LoggerMessage(
        LogLevel.Warning,
        "{Group} takes a batch of {Topic}/{Partition} event by event: {Kind}"
    )]
    private partial void LogOneByOne(string group, string topic, int partition, string kind);

    [LoggerMessage(
        LogLevel.Warning,
        "{Group} tries {Topic}/{Partition} offset {Offset} again: {Kind}"
    )]
    private partial void LogRetry(
        string group,
        string topic,
        int partition,
        long offset,
        string kind
    );

    [LoggerMessage(
        LogLevel.Error,
        "{Group} cannot apply {Topic}/{Partition} offset {Offset}: a dead letter, which says more "
            + "of {Kind}"
    )]
    private partial void LogDeadLetter(
        string group,
        string topic,
        int partition,
        long offset,
        string kind
    );

    [LoggerMessage(
        LogLevel.Error,
        "{Group} cannot write the dead letter of {Topic}/{Partition} offset {Offset}, trying "
            + "again: {Kind}"
    )]
    private partial void LogUnwritten(
        string group,
        string topic,
        int partition,
        long offset,
        string kind
    );

    [LoggerMessage(
        LogLevel.Error,
        "{Group} will never get {Count} records of {Topic}/{Partition}, from offset {From} to "
            + "before {To}: Kafka deleted them. The outbox keeps its days; see operations.md"
    )]
    private partial void LogGap(
        string group,
        string topic,
        int partition,
        long from,
        long to,
        long count
    );

    [LoggerMessage(
        Message = "{Group} waits with {Topic}/{Partition} for what it depends on: {Kind}"
    )]
    private partial void LogOutage(
        LogLevel level,
        string group,
        string topic,
        int partition,
        string kind
    );

    [LoggerMessage(Message = "{Group} goes on with {Topic}/{Partition}")]
    private partial void LogOutageOver(LogLevel level, string group, string topic, int partition);
}
