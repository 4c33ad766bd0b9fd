using ConcertReservation.Accounts;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Tests.Unit.Messaging;

/// <summary>
/// Where a database's container is gone, so is its name; and Npgsql tells that by the socket's own
/// exception, which ended every host.
/// </summary>
internal sealed class BackgroundLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create(
        "Host=database.invalid;Username=nobody;Database=none;Timeout=5"
    );

    [OneTimeTearDown]
    public void Stop() => _nowhere.Dispose();

    private static IEnumerable<TestCaseData> Loops()
    {
        yield return Case<HostSlot>((nowhere, ready, log) => new HostSlot(nowhere, ready, log));
        yield return Case<InboxMaintenance>(
            (nowhere, ready, log) => new InboxMaintenance(nowhere, ready, log)
        );
        yield return Case<OutboxMaintenance>(
            (nowhere, ready, log) =>
                new OutboxMaintenance(
                    nowhere,
                    ready,
                    clients: null!,
                    new KafkaCluster(),
                    [],
                    Options.Create(new OutboxOptions()),
                    log
                )
        );
        yield return Case<FollowRevocations>(
            (nowhere, ready, log) =>
            {
                var options = Options.Create(new AccountsOptions());
                var revocations = new Revocations(nowhere, TimeProvider.System, options);
                return new FollowRevocations(revocations, ready, options, log);
            }
        );
    }

    [TestCaseSource(nameof(Loops))]
    public async Task a_host_survives_a_database_whose_name_does_not_resolve(
        Func<NpgsqlDataSource, DatabaseReady, FirstLine, BackgroundService> create
    )
    {
        var ready = new DatabaseReady();
        ready.Open();
        var said = new FirstLine();
        using var loop = create(_nowhere, ready, said);

        await loop.StartAsync(CancellationToken.None);
        await Task.WhenAny(said.Task, loop.ExecuteTask!).WaitAsync(Patience);

        loop.ExecuteTask!.IsFaulted.ShouldBeFalse();
        await loop.StopAsync(CancellationToken.None);
        loop.ExecuteTask.IsFaulted.ShouldBeFalse();
    }

    private static TestCaseData Case<T>(
        Func<NpgsqlDataSource, DatabaseReady, ILogger<T>, BackgroundService> create
    )
        where T : BackgroundService =>
        new TestCaseData(
            (NpgsqlDataSource nowhere, DatabaseReady ready, FirstLine said) =>
                create(nowhere, ready, new Listener<T>(said))
        ).SetArgDisplayNames(typeof(T).Name);

    /// <summary>The loop has said something: it has failed once and goes on.</summary>
    internal sealed class FirstLine
    {
        private readonly TaskCompletionSource _said = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        public Task Task => _said.Task;

        public void Say() => _said.TrySetResult();
    }

    private sealed class Listener<T>(FirstLine said) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => said.Say();
    }
}
