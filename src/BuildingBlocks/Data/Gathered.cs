namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>
/// Gathers what the handlers of one unit of work have to write, and hands it over at once as the
/// last step of the transaction: one statement for a batch instead of one for each event. What was
/// gathered for a transaction that is rolled back is dropped.
/// </summary>
/// <param name="write">Called once per transaction, with the items in the order of their
/// arrival; what it gathers itself comes in a further call.</param>
public sealed class Gathered<T>(
    UnitOfWork work,
    Func<IReadOnlyList<T>, CancellationToken, Task> write
)
{
    private List<T> _items = [];

    public void Add(T item)
    {
        if (_items.Count == 0)
        {
            work.BeforeCommit(WriteAsync);
            work.OnRollback(() => _items = []);
        }

        _items.Add(item);
    }

    private Task WriteAsync(CancellationToken stop)
    {
        var items = _items;
        _items = [];
        return write(items, stop);
    }
}
