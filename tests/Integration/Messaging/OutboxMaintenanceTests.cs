using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Days are made ahead and dropped behind, and no booking waits for it.</summary>
[Parallelizable]
internal sealed class OutboxMaintenanceTests
{
    private static readonly OutboxPartition Old = OutboxDays.Old;

    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync(alwaysEmbedded: true);

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task missing_days_are_made_ahead_and_readiness_tells()
    {
        var days = OutboxPartition.Wanted(TimeProvider.System.GetUtcNow()).ToArray();
        foreach (var day in days.Skip(1))
            await _system.ExecuteAsync($"DROP TABLE messaging.{day.Name}");
        (await OutboxHealthAsync()).ShouldBe(HealthStatus.Unhealthy);

        await _system.StartHostAsync();

        await Eventually.Becomes(
            "the outbox is ready again",
            OutboxHealthAsync,
            h => h == HealthStatus.Healthy
        );
        await Eventually.Becomes(
            "all days ahead are there",
            _system.OutboxDaysAsync,
            p => p.SequenceEqual(days.Select(d => d.Name), StringComparer.Ordinal)
        );
    }

    [Test]
    public async Task an_old_day_is_dropped_once_relayed()
    {
        await _system.AddDayWithARowAsync(Old);
        var host = await _system.StartHostAsync();

        await DropsAsync(host);

        (await _system.OutboxDaysAsync()).ShouldNotContain(Old.Name);
        _system.ReadKafka().Count.ShouldBe(1);
    }

    [Test]
    [Category("Long")]
    public async Task yesterday_stays_though_all_have_applied_it()
    {
        var yesterday = OutboxPartition.Of(TimeProvider.System.GetUtcNow().AddDays(-1));
        await _system.AddDayWithARowAsync(Old);
        await _system.AddDayWithARowAsync(yesterday);
        var host = await _system.StartHostAsync();

        // What could have gone is gone.
        await DropsAsync(host);

        (await _system.OutboxDaysAsync()).ShouldContain(yesterday.Name);
    }

    [Test]
    public async Task an_old_day_stays_while_its_rows_are_not_relayed()
    {
        await _system.AddDayWithARowAsync(Old);
        var host = await _system.StartHostAsync(null, ("Relay:Enabled", "false"));
        var cluster = host.Services.GetRequiredService<KafkaCluster>();
        await cluster.ReachableAsync(CancellationToken.None);

        (await MaintainAsync(host)).ShouldBeTrue();

        (await _system.OutboxDaysAsync()).ShouldContain(Old.Name);
    }

    [Test]
    [Category("Long")]
    public async Task an_old_day_stays_for_a_row_that_came_after_the_relay_had_gone()
    {
        await _system.PublishAsync(SomeEvents.SignUp(7));
        var relay = await _system.StartHostAsync();
        await _system.RelayedIncarnationAsync();
        await relay.StopAsync();
        await _system.AddDayWithARowAsync(Old);
        var host = await _system.StartHostAsync(null, ("Relay:Enabled", "false"));
        await GoesAsync(host, await PassedAsync("3"));

        (await _system.OutboxDaysAsync()).ShouldContain(Old.Name);

        await _system.StartHostAsync();
        await DropsAsync(host);
    }

    [TestCase("150", Description = "It was not committed yet when the relay looked.")]
    [TestCase("200", Description = "It began when the relay had looked.")]
    public async Task an_old_day_stays_while_the_relay_has_not_passed_its_last_row(string xid)
    {
        await _system.AddDayWithARowAsync(Old);
        await _system.ExecuteAsync($"UPDATE messaging.outbox SET xid = '{xid}'");
        var host = await _system.StartHostAsync(null, ("Relay:Enabled", "false"));
        var cluster = host.Services.GetRequiredService<KafkaCluster>();
        var facts = await cluster.ReachableAsync(CancellationToken.None);
        await _system.ExecuteAsync(
            $"""
            UPDATE messaging.relay_position
            SET from_snapshot = '100:200:150', incarnation = '{facts.Incarnation}'
            """
        );

        await GoesAsync(host, await PassedAsync("120"));

        (await _system.OutboxDaysAsync()).ShouldContain(Old.Name);
    }

    [Test]
    [Category("Long")]
    public async Task an_old_day_stays_until_every_group_has_applied_it()
    {
        await _system.AddDayWithARowAsync(Old);
        var host = await _system.StartHostAsync(s =>
            s.AddSingleton(new ConsumerGroup("slow-group", [typeof(ReadsSignUps)]))
        );
        var record = (await SentAsync(1)).Single();
        var relayed = await _system.RelayedIncarnationAsync();

        (await MaintainAsync(host)).ShouldBeTrue();
        (await _system.OutboxDaysAsync()).ShouldContain(Old.Name);

        await _system.ExecuteAsync(
            $"""
            INSERT INTO messaging.consumer_positions VALUES
                ('slow-group', '{relayed}', '{record.Topic}', {record.Partition.Value}, 1)
            """
        );
        (await MaintainAsync(host)).ShouldBeTrue();
        (await _system.OutboxDaysAsync()).ShouldNotContain(Old.Name);
    }

    [Test]
    [Category("Long")]
    public async Task an_old_day_that_a_group_may_lack_stays_and_is_sent_again_on_demand()
    {
        await _system.AddDayWithARowAsync(Old);
        var host = await _system.StartHostAsync(s =>
            s.AddSingleton(new ConsumerGroup("slow-group", [typeof(ReadsSignUps)]))
        );
        var record = (await SentAsync(1)).Single();
        var relayed = await _system.RelayedIncarnationAsync();
        await _system.ExecuteAsync(
            $"""
            INSERT INTO messaging.consumer_positions
            VALUES ('slow-group', '{relayed}', '{record.Topic}', {record.Partition.Value}, 1);
            INSERT INTO messaging.consumer_gaps VALUES
                ('slow-group', '{relayed}', '{record.Topic}', {record.Partition.Value}, 0, 1)
            """
        );

        (await MaintainAsync(host)).ShouldBeTrue();
        (await _system.OutboxDaysAsync()).ShouldContain(Old.Name);

        await _system.ExecuteAsync("SELECT messaging.relay_again()");
        var records = await SentAsync(2);
        records.Count(r => r.Key() == record.Key()).ShouldBeGreaterThan(1);
        await _system.ExecuteAsync(
            $"UPDATE messaging.consumer_positions SET next_offset = {_system.ReadKafka().Count}"
        );
        await DropsAsync(host);
    }

    [Test]
    [Category("Long")]
    public async Task behind_an_idle_reader_partitions_change_and_bookings_go_on()
    {
        await _system.AddDayWithARowAsync(Old);
        var tomorrow = OutboxPartition.Of(TimeProvider.System.GetUtcNow().AddDays(1));
        await _system.ExecuteAsync($"DROP TABLE messaging.{tomorrow.Name}");
        await using var reader = await _system.Database.OpenConnectionAsync();
        await using var idle = await reader.BeginTransactionAsync();
        await using (var read = reader.CreateCommand())
        {
            read.CommandText = "SELECT count(*) FROM messaging.outbox";
            await read.ExecuteScalarAsync();
        }

        var host = await _system.StartHostAsync(null, ("Outbox:LockTimeoutMilliseconds", "1000"));
        using var enough = new CancellationTokenSource();
        var booking = BookAsync(enough.Token);
        await SentAsync(1);

        // The old day is in the reader's way: it is tried, given up after the
        // lock timeout, and tried again.
        (await MaintainAsync(host)).ShouldBeFalse();
        (await MaintainAsync(host)).ShouldBeFalse();
        (await _system.OutboxDaysAsync()).ShouldContain(tomorrow.Name);

        await idle.RollbackAsync();
        await DropsAsync(host);
        await enough.CancelAsync();

        (await booking).ShouldBeGreaterThan(10);
    }

    /// <summary>
    /// One booking after the other; fails at the first that waits for a lock any longer than an
    /// instant, which is less than the maintenance waits itself.
    /// </summary>
    private async Task<int> BookAsync(CancellationToken enough)
    {
        await using var connection = await _system.Database.OpenConnectionAsync(
            CancellationToken.None
        );
        await using var limit = connection.CreateCommand();
        limit.CommandText = "SET lock_timeout = '250ms'";
        await limit.ExecuteNonQueryAsync(CancellationToken.None);
        var count = 0;
        while (!enough.IsCancellationRequested)
        {
            var row = SomeEvents.SignUp(++count + 1);
            await OutboxTable.InsertAsync(connection, [row], CancellationToken.None);
        }

        return count;
    }

    private Task<IReadOnlyList<Confluent.Kafka.ConsumeResult<byte[], byte[]>>> SentAsync(
        int count
    ) =>
        Eventually.Becomes(
            $"{count} events are in Kafka",
            _system.ReadKafka,
            r => r.Count >= count
        );

    private static Task<bool> MaintainAsync(IHost host) =>
        host.Services.GetRequiredService<OutboxMaintenance>().MaintainAsync(CancellationToken.None);

    private Task DropsAsync(IHost host) => GoesAsync(host, Old);

    private Task GoesAsync(IHost host, OutboxPartition day) =>
        Eventually.Becomes(
            $"{day.Name} is dropped",
            async () =>
            {
                await MaintainAsync(host);
                return await _system.OutboxDaysAsync();
            },
            days => !days.Contains(day.Name)
        );

    /// <summary>
    /// The day after the old one, looked at after it, with a row of an older transaction.
    /// </summary>
    private async Task<OutboxPartition> PassedAsync(string xid)
    {
        var day = OutboxPartition.Of(Old.To);
        await _system.AddDayWithARowAsync(day);
        await _system.ExecuteAsync($"UPDATE messaging.{day.Name} SET xid = '{xid}'");
        return day;
    }

    private async Task<HealthStatus> OutboxHealthAsync()
    {
        using var disk = new OutboxDisk(
            _system.Database,
            new DatabaseReady(),
            Options.Create(new OutboxOptions()),
            NullLogger<OutboxDisk>.Instance
        );
        var check = new OutboxHealth(_system.Database, disk);
        var context = new HealthCheckContext
        {
            Registration = new HealthCheckRegistration(
                "outbox",
                check,
                HealthStatus.Unhealthy,
                tags: null
            ),
        };
        return (await check.CheckHealthAsync(context)).Status;
    }

    private sealed class ReadsSignUps : MassTransit.IConsumer<Contracts.UserSignedUp>
    {
        public Task Consume(MassTransit.ConsumeContext<Contracts.UserSignedUp> context) =>
            Task.CompletedTask;
    }
}
