using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;

namespace ConcertReservation.Messaging;

/// <summary>
/// The only way to publish: events added here become rows of
/// <c>messaging.outbox</c> in the transaction of the scope's unit of work, after
/// the state that they tell of is written and locked.
/// </summary>
public sealed class Outbox
{
    private readonly UnitOfWork _work;
    private readonly OutboxSignal _signal;
    private readonly List<OutboxRow> _rows = [];

    public Outbox(UnitOfWork work, OutboxSignal signal)
    {
        _work = work;
        _signal = signal;
    }

    /// <summary>
    /// Publishes the event with the unit of work that is active or about to be saved.
    /// </summary>
    /// <exception cref="ArgumentException">The event is over 900 KB, or has no version.</exception>
    public void Add(DomainEvent domainEvent)
    {
        if (_rows.Count == 0)
        {
            _work.BeforeCommit(FlushAsync);
            _work.AfterCommit(_signal.Set);
            _work.OnRollback(_rows.Clear);
        }

        _rows.Add(OutboxRow.From(domainEvent));
    }

    private async Task FlushAsync(CancellationToken stop)
    {
        await OutboxTable.InsertAsync(_work.Connection, _rows, stop);
        _rows.Clear();
    }
}
