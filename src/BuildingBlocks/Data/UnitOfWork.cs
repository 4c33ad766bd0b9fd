using Npgsql;

namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>
/// The one connection and transaction of a scope. Every module's DbContext and every raw statement
/// of the scope goes through it, so state, outbox rows and inbox rows commit together or not at
/// all.
/// </summary>
public sealed class UnitOfWork(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    /// <summary>
    /// Deadlocks and serialisation failures are tried again this often before they are an error.
    /// </summary>
    private const int MaxAttempts = 10;

    private readonly List<Func<CancellationToken, Task>> _beforeCommit = [];
    private readonly List<Action> _afterCommit = [];
    private readonly List<Action> _onRollback = [];
    private readonly List<Action> _onEveryRollback = [];

    /// <summary>Closed until the first statement or <see cref="BeginAsync"/> opens it.</summary>
    public NpgsqlConnection Connection => field ??= dataSource.CreateConnection();

    public NpgsqlTransaction? Transaction { get; private set; }

    public bool IsActive => Transaction is not null;

    /// <summary>
    /// Runs as the last step of the transaction, in the order of registration, once.
    /// </summary>
    public void BeforeCommit(Func<CancellationToken, Task> action) => _beforeCommit.Add(action);

    /// <summary>Runs once the transaction is durable.</summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    /// <summary>Drops what was gathered for a transaction that did not happen.</summary>
    public void OnRollback(Action action) => _onRollback.Add(action);

    /// <summary>Runs at every rollback of the scope: what was read in it may not be so.</summary>
    public void OnEveryRollback(Action action) => _onEveryRollback.Add(action);

    /// <exception cref="InvalidOperationException">A transaction is active already.</exception>
    public async Task BeginAsync(CancellationToken stop)
    {
        if (IsActive)
            throw new InvalidOperationException("The unit of work is active already.");

        if (Connection.State != System.Data.ConnectionState.Open)
            await Connection.OpenAsync(stop);
        Transaction = await Connection.BeginTransactionAsync(stop);
    }

    public async Task CommitAsync(CancellationToken stop)
    {
        if (Transaction is not { } transaction)
            throw new InvalidOperationException("The unit of work is not active.");

        // An action may register another one: a flush that publishes reaches the outbox, which
        // flushes last.
        for (var i = 0; i < _beforeCommit.Count; i++)
            await _beforeCommit[i](stop);
        await transaction.CommitAsync(stop);

        var afterCommit = _afterCommit.ToArray();
        await EndAsync();
        foreach (var action in afterCommit)
            action();
    }

    public async Task RollbackAsync()
    {
        if (Transaction is null)
            return;

        foreach (var action in _onRollback.Concat(_onEveryRollback))
            action();
        await EndAsync();
    }

    /// <summary>
    /// Runs the work in a transaction and commits it; a deadlock or serialisation failure runs it
    /// anew. Within an active unit of work it only runs: the outermost caller commits.
    /// </summary>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken stop) =>
        RunAsync(work, commits: _ => true, stop);

    /// <summary>The same, but a result that the condition refuses is rolled back instead.</summary>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> work,
        Func<T, bool> commits,
        CancellationToken stop
    )
    {
        if (IsActive)
            return await work(stop);

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await BeginAsync(stop);
                var result = await work(stop);
                if (commits(result))
                    await CommitAsync(stop);
                else
                    await RollbackAsync();
                return result;
            }
            catch (Exception e) when (DatabaseFaults.IsConflict(e) && attempt < MaxAttempts)
            {
                await RollbackAsync();
            }
            catch
            {
                await RollbackAsync();
                throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RollbackAsync();
        await Connection.DisposeAsync();
    }

    private async Task EndAsync()
    {
        var transaction = Transaction;
        Transaction = null;
        _beforeCommit.Clear();
        _afterCommit.Clear();
        _onRollback.Clear();
        if (transaction is not null)
            await transaction.DisposeAsync();
        await Connection.CloseAsync();
    }
}
