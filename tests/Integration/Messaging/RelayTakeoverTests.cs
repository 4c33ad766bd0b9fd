using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>One host of all relays; a dead, frozen or stopped one is replaced.</summary>
[Parallelizable]
internal sealed class RelayTakeoverTests
{
    /// <summary>Nobody listens there.</summary>
    private static readonly (string, string) Nowhere = ("Kafka:BootstrapServers", "127.0.0.1:1");

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
    [Category("Long")]
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
            reachesKafka: () => true,
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
                isStalled: () => false,
                CancellationToken.None
            )
        );
        var epoch = await _system.ScalarAsync<long>("SELECT epoch FROM messaging.relay_position");
        epoch.ShouldBe(2);
    }

    [Test]
    [Category("Long")]
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
        await BecomesAsync("somebody took over", epoch => epoch > 1);

        await _system.PublishAsync(SomeEvents.SignUp(2));
        (await SentAsync(2)).Select(r => r.Key()).Distinct().Count().ShouldBe(2);
    }

    [Test]
    [Category("Long")]
    public async Task a_relay_that_does_not_reach_kafka_makes_room_for_one_that_does()
    {
        await _system.StartHostAsync(null, Nowhere);
        await BecomesAsync("it leads, for want of a better one", epoch => epoch == 1);
        await _system.PublishAsync(SomeEvents.SignUp(1));

        var second = await _system.StartHostAsync();

        await SentAsync(1);
        await BecomesAsync("the other one leads", epoch => epoch == 2);
        await second.StopAsync();
        await BecomesAsync("the first leads again rather than nobody", epoch => epoch == 3);
    }

    [Test]
    public async Task where_nobody_reaches_kafka_the_relay_stays_where_it_is()
    {
        var options = new RelayOptions { RetryMilliseconds = 50, HeartbeatMilliseconds = 50 };
        var otherReachesKafka = false;
        await using var first = await TakeAsync(() => false);
        var asked = 0;
        var second = TakeAsync(() =>
        {
            asked++;
            return Volatile.Read(ref otherReachesKafka);
        });
        using var enough = new CancellationTokenSource();
        var beating = first.BeatAsync(
            TimeSpan.FromMilliseconds(options.HeartbeatMilliseconds),
            () => 0,
            isStalled: () => true,
            enough.Token
        );

        await Eventually.Until("the second has tried often", () => asked > 10);
        beating.IsCompleted.ShouldBeFalse();
        Volatile.Write(ref otherReachesKafka, true);
        await Should.ThrowAsync<RelayYieldsException>(() => beating);
        await first.DisposeAsync();

        await using var heir = await second;

        Task<RelayLock> TakeAsync(Func<bool> reachesKafka) =>
            RelayLock.TakeAsync(_system.Database, options, reachesKafka, CancellationToken.None);
    }

    private Task BecomesAsync(string description, Func<long, bool> epoch) =>
        Eventually.Becomes(
            description,
            () => _system.ScalarAsync<long>("SELECT epoch FROM messaging.relay_position"),
            epoch
        );

    private Task<IReadOnlyList<Confluent.Kafka.ConsumeResult<byte[], byte[]>>> SentAsync(
        int count
    ) =>
        Eventually.Becomes(
            $"{count} events are in Kafka",
            _system.ReadKafka,
            r => r.Count >= count
        );
}
