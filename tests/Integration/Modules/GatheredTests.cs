using ConcertReservation.BuildingBlocks.Data;

namespace ConcertReservation.Tests.Integration.Modules;

/// <summary>What handlers gather is written once per transaction, or not at all.</summary>
[Parallelizable]
internal sealed class GatheredTests
{
    private readonly List<string> _written = [];
    private TestDatabase _database = null!;
    private UnitOfWork _work = null!;
    private Gathered<string> _gathered = null!;

    [SetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateEmptyAsync("gathered");
        _work = new UnitOfWork(_database.DataSource);
        _gathered = new Gathered<string>(_work, WriteAsync);
        _written.Clear();
    }

    [TearDown]
    public async Task Stop()
    {
        await _work.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task all_of_a_transaction_are_written_at_once_in_their_order()
    {
        await CommitAsync("a", "b");
        await CommitAsync("c");

        _written.ShouldBe(["a b", "c"]);
    }

    [Test]
    public async Task what_was_gathered_for_a_transaction_rolled_back_is_not_written_by_the_next()
    {
        await _work.BeginAsync(CancellationToken.None);
        _gathered.Add("lost");
        await _work.RollbackAsync();
        await CommitAsync("kept");

        _written.ShouldBe(["kept"]);
    }

    [Test]
    public async Task what_is_gathered_while_writing_is_written_in_the_same_transaction()
    {
        await CommitAsync("twice");

        _written.ShouldBe(["twice", "again"]);
    }

    private async Task CommitAsync(params string[] items)
    {
        await _work.BeginAsync(CancellationToken.None);
        foreach (var item in items)
            _gathered.Add(item);
        await _work.CommitAsync(CancellationToken.None);
    }

    private Task WriteAsync(IReadOnlyList<string> items, CancellationToken stop)
    {
        _written.Add(string.Join(' ', items));
        if (items.Contains("twice"))
            _gathered.Add("again");
        return Task.CompletedTask;
    }
}
