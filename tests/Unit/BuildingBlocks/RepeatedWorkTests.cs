using System.Net.Sockets;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Tests.Unit.BuildingBlocks;

internal sealed class RepeatedWorkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Where a database's container is gone, so is its name; and Npgsql tells that by the socket's
    /// own exception, which ended every host. A timeout of a client's own is a cancellation.
    /// </summary>
    [TestCase(typeof(SocketException))]
    [TestCase(typeof(TaskCanceledException))]
    [TestCase(typeof(InvalidOperationException))]
    public async Task a_run_that_fails_is_followed_by_the_next(Type failure)
    {
        using var work = new SomeWork(runs =>
            runs == 1 ? throw (Exception)Activator.CreateInstance(failure)! : Task.CompletedTask
        );

        await work.StartReadyAsync();
        await Task.WhenAny(work.Reached(run: 2), work.ExecuteTask!).WaitAsync(Patience);

        work.ExecuteTask!.IsCompleted.ShouldBeFalse();
        await work.StopAsync(CancellationToken.None);
        work.ExecuteTask.IsFaulted.ShouldBeFalse();
    }

    [Test]
    public async Task a_failure_is_said_once_until_a_run_works_again()
    {
        using var work = new SomeWork(runs =>
            runs is 1 or 2 or 4 ? throw new InvalidOperationException() : Task.CompletedTask
        );

        await work.StartReadyAsync();
        await work.Reached(run: 5).WaitAsync(Patience);
        await work.StopAsync(CancellationToken.None);

        work.Warnings.ShouldBe(2);
    }

    [Test]
    public async Task an_outage_of_the_database_is_left_to_the_host_to_say()
    {
        using var work = new SomeWork(runs =>
            runs == 1 ? throw new SocketException() : Task.CompletedTask
        );

        await work.StartReadyAsync();
        await work.Reached(run: 2).WaitAsync(Patience);
        await work.StopAsync(CancellationToken.None);

        work.Warnings.ShouldBe(0);
    }

    /// <summary>Nobody said that what a host kept to itself took too long, for ever.</summary>
    [TestCase(false, 1)]
    [TestCase(true, 0)]
    public async Task what_takes_too_long_again_is_said_unless_the_database_is_away(
        bool isAway,
        int warnings
    )
    {
        using var work = new SomeWork(runs =>
            runs < 4
                ? throw new NpgsqlException("Slow.", new TimeoutException())
                : Task.CompletedTask
        );
        work.Database.IsAway = isAway;

        await work.StartReadyAsync();
        await work.Reached(run: 5).WaitAsync(Patience);
        await work.StopAsync(CancellationToken.None);

        work.Warnings.ShouldBe(warnings);
    }

    /// <summary>The host has told of it already.</summary>
    [TestCase(2, 0)]
    [TestCase(4, 1)]
    public async Task what_ends_after_an_outage_that_it_began_in_is_no_slowness(
        int failures,
        int warnings
    )
    {
        DatabaseReady? database = null;
        using var work = new SomeWork(run =>
        {
            // It goes away and comes back while the second run waits.
            if (run == 2)
                (database!.IsAway, database.IsAway) = (true, false);
            return run <= failures
                ? throw new NpgsqlException("Slow.", new TimeoutException())
                : Task.CompletedTask;
        });
        database = work.Database;

        await work.StartReadyAsync();
        await work.Reached(run: 5).WaitAsync(Patience);
        await work.StopAsync(CancellationToken.None);

        work.Warnings.ShouldBe(warnings);
    }

    [Test]
    public async Task nothing_runs_before_the_database_is_ready()
    {
        using var work = new SomeWork(_ => Task.CompletedTask);

        await work.StartAsync(CancellationToken.None);
        await work.StopAsync(CancellationToken.None);

        work.Reached(run: 1).IsCompleted.ShouldBeFalse();
    }

    private sealed class SomeWork : RepeatedWork
    {
        private readonly WarningCounter _log;
        private readonly Func<int, Task> _run;
        private readonly TaskCompletionSource[] _reached =
        [
            .. Enumerable
                .Range(0, 6)
                .Select(_ => new TaskCompletionSource(
                    TaskCreationOptions.RunContinuationsAsynchronously
                )),
        ];

        private int _runs;

        public SomeWork(Func<int, Task> run)
            : this(new DatabaseReady(), new WarningCounter(), run) { }

        private SomeWork(DatabaseReady ready, WarningCounter log, Func<int, Task> run)
            : base(ready, log) => (Database, _log, _run) = (ready, log, run);

        public DatabaseReady Database { get; }

        public int Warnings => _log.Count;

        protected override TimeSpan Interval => TimeSpan.FromMilliseconds(1);

        /// <summary>The n-th run has begun.</summary>
        public Task Reached(int run) => _reached[run].Task;

        public Task StartReadyAsync()
        {
            Database.Open();
            return StartAsync(CancellationToken.None);
        }

        protected override Task RunOnceAsync(CancellationToken stop)
        {
            var run = ++_runs;
            if (run < _reached.Length)
                _reached[run].TrySetResult();
            return _run(run);
        }
    }

    private sealed class WarningCounter : ILogger
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (logLevel >= LogLevel.Warning)
                Count++;
        }
    }
}
