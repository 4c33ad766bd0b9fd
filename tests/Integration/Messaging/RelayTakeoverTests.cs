using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>One host of all relays; a dead, frozen or stopped one is replaced.</summary>
[Parallelizable]
internal sealed class RelayTakeoverTests
{
    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task two_hosts_send_each_row_once()
    {
        await _system.StartHostAsync();
        await _system.StartHostAsync();

        for (var user = 1; user <= 30; user++)
            await _system.PublishAsync(SomeEvents.SignUp(user));

        (await SentAsync(30)).Select(r => r.Key()).ShouldBeUnique();
    }

    [Test]
    public async Task a_host_stopped_in_order_leaves_nothing_to_send_twice()
    {
        var first = await _system.StartHostAsync();
        await _system.PublishAsync(SomeEvents.SignUp(1), SomeEvents.SignUp(2));
        await SentAsync(2);
        await first.StopAsync();

        await _system.StartHostAsync();
        await _system.PublishAsync(SomeEvents.SignUp(3));

        (await SentAsync(3)).Select(r => r.Key()).ShouldBeUnique();
    }

    [Test]
    public async Task a_frozen_host_loses_the_lock_and_thawed_it_may_record_nothing()
    {
        // A host that SIGSTOP froze after its takeover: it holds the lock and shows no life.
        var options = new RelayOptions { LockIdleMilliseconds = 1_000 };
        await using var frozenLock = await RelayLock.TakeAsync(
            _system.Database,
            options,
            CancellationToken.None
        );
        await using var frozen = await RelayStore.TakeOverAsync(
            _system.Database,
            CancellationToken.None
        );

        await _system.StartHostAsync();
        await _system.PublishAsync(SomeEvents.SignUp(1));
        await SentAsync(1);

        // It thaws: its lock is gone, and its position is of an older epoch.
        await Should.ThrowAsync<RelayDeposedException>(() =>
            frozen.AdvanceAsync(RelayPosition.Start("another"), CancellationToken.None)
        );
        await Should.ThrowAsync<Npgsql.NpgsqlException>(() =>
            frozenLock.BeatAsync(
                TimeSpan.FromMilliseconds(10),
                () => frozen.Epoch,
                CancellationToken.None
            )
        );
        var epoch = await _system.ScalarAsync<long>("SELECT epoch FROM messaging.relay_position");
        epoch.ShouldBe(2);
    }

    [Test]
    public async Task a_relay_whose_lock_is_taken_away_stops_and_the_next_goes_on()
    {
        var first = await _system.StartHostAsync();
        await _system.PublishAsync(SomeEvents.SignUp(1));
        await SentAsync(1);

        await _system.ExecuteAsync(
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks
            WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        );
        await Eventually.Becomes(
            "somebody took over",
            () => _system.ScalarAsync<long>("SELECT epoch FROM messaging.relay_position"),
            e => e > 1
        );

        await _system.PublishAsync(SomeEvents.SignUp(2));
        (await SentAsync(2)).Select(r => r.Key()).Distinct().Count().ShouldBe(2);
    }

    private Task<IReadOnlyList<Confluent.Kafka.ConsumeResult<byte[], byte[]>>> SentAsync(
        int count
    ) =>
        Eventually.Becomes(
            $"{count} events are in Kafka",
            _system.ReadKafka,
            r => r.Count >= count
        );
}
