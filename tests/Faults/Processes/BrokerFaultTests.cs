using ConcertReservation.Contracts;
using ConcertReservation.Tests.Faults.Harness;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>Brokers die in the midst of a sale, and come back.</summary>
[Category("Long")]
internal sealed class BrokerFaultTests
{
    private const int Customers = 30;
    private const string Group = "reservation-service";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(2);

    private OwnBrokers _brokers = null!;
    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start()
    {
        _brokers = await OwnBrokers.StartAsync();
        _system = await FaultSystem.StartAsync(_brokers.BootstrapServers);
    }

    [TearDown]
    public async Task Stop()
    {
        if (_brokers is null)
            return;

        if (_system is not null)
            await _system.DisposeAsync();
        await _brokers.DisposeAsync();
    }

    [Test]
    public async Task a_group_whose_coordinator_is_killed_goes_on_with_another()
    {
        await StartHostAsync(minInSync: 2);
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        var coordinator = await CoordinatorAsync();
        await _brokers.KillAsync(coordinator);
        await crowd.WaitUntilSoldOutAsync();
        (await CoordinatorAsync()).ShouldNotBe(coordinator);

        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
    }

    [Test]
    public async Task all_brokers_may_be_down_for_a_minute_of_a_sale()
    {
        await StartHostAsync(minInSync: 2);
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        await _brokers.KillAsync(1, 2, 3);
        await WaitsForAsync(Minute);
        await _brokers.StartAgainAsync(1, 2, 3);

        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
    }

    /// <summary>The two that are left take no record; the third brings it all to an end.</summary>
    [Test]
    public async Task below_the_minimum_of_replicas_events_wait_and_none_is_lost()
    {
        await StartHostAsync(minInSync: 3);
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        await _brokers.KillAsync(2);
        // Until the dead one is given up, events would wait for it whatever the minimum is.
        await Eventually.Until("two are in sync", TwoAreInSync, LongPatience);
        await WaitsForAsync(AWhile, since: DateTime.UtcNow);
        TwoAreInSync().ShouldBeTrue();
        await _brokers.StartAgainAsync(2);

        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();

        bool TwoAreInSync() => InSync().All(replicas => replicas == 2);
    }

    private Task<HostProcess> StartHostAsync(int minInSync) =>
        _system.StartHostAsync(("Kafka:Replication", "3"), ("Kafka:MinInSync", $"{minInSync}"));

    /// <summary>Booking goes on, and its events wait.</summary>
    /// <param name="since">Only what waits after so much time since then, too.</param>
    private Task WaitsForAsync(TimeSpan time, DateTime? since = null) =>
        Eventually.Until(
            $"an event has waited for {time.TotalSeconds} s, and reservations were made since",
            () =>
                _system.Database.ScalarAsync<bool>(
                    """
                    WITH waiting AS (
                        SELECT min(created_at) AS since FROM messaging.outbox AS o
                        WHERE NOT EXISTS (
                            SELECT FROM data_platform.events AS e WHERE e.event_id = o.event_id))
                    SELECT coalesce(greatest(since, $2) < clock_timestamp() - $1::interval
                        AND EXISTS (SELECT FROM messaging.outbox WHERE created_at > since), false)
                    FROM waiting
                    """,
                    time,
                    since ?? DateTime.UnixEpoch
                ),
            LongPatience
        );

    /// <summary>How many replicas of each partition are in sync.</summary>
    private IReadOnlyList<int> InSync()
    {
        using var admin = new AdminClientBuilder(
            new AdminClientConfig { BootstrapServers = _brokers.BootstrapServers }
        ).Build();
        var topic = _system.Kafka.Prefix + Topics.Reservations;
        var partitions = admin.GetMetadata(topic, Patience).Topics.Single().Partitions;
        partitions.ShouldNotBeEmpty();
        return [.. partitions.Select(p => p.InSyncReplicas.Length)];
    }

    /// <summary>The broker that answers for the group.</summary>
    private Task<int> CoordinatorAsync() =>
        _brokers.CoordinatorOfAsync(_system.Kafka.Prefix + Group);
}
