using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;

namespace ConcertReservation.Messaging;

/// <summary>
/// The only way to publish: events added here become rows of
/// <c>messaging.outbox</c> in the transaction of the scope's unit of work, after
/// the state that they tell of is written and locked.
/// </summary>
public sealed class Outbox(UnitOfWork work, OutboxSignal signal)
{
    private Gathered<OutboxRow> Rows => field ??= new(work, WriteAsync);

    /// <summary>
    /// Publishes the event with the unit of work that is active or about to be saved.
    /// </summary>
    /// <param name="traceParent">
    /// Of the cause, where it was gathered earlier; null: whatever goes on at the moment.
    /// </param>
    /// <exception cref="ArgumentException">The event is over 900 KB, or has no version.</exception>
    public void Add(DomainEvent domainEvent, string? traceParent = null) =>
        Rows.Add(
            traceParent is null
                ? OutboxRow.From(domainEvent)
                : OutboxRow.From(domainEvent, traceParent)
        );

    private Task WriteAsync(IReadOnlyList<OutboxRow> rows, CancellationToken stop)
    {
        work.AfterCommit(signal.Set);
        return OutboxTable.InsertAsync(work.Connection, rows, stop);
    }
}
