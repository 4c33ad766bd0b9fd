using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>The inbox keeps ids for as long as an event may repeat, and not for ever.</summary>
[Parallelizable]
internal sealed class InboxMaintenanceTests
{
    private static readonly DateTimeOffset LongAgo = new(2025, 1, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly string OldPartition = InboxPartitions.NameOf(LongAgo);

    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start()
    {
        _system = await MessagingSystem.StartAsync(alwaysEmbedded: true);
        using var maintenance = Maintenance();
        await maintenance.RunAsync(CancellationToken.None);
    }

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task there_is_a_place_for_every_id_that_is_kept_and_some_weeks_ahead()
    {
        var now = DateTimeOffset.UtcNow;

        (await PartitionsAsync()).ShouldBe(
            InboxPartitions.Wanted(now).Select(InboxPartitions.NameOf),
            ignoreOrder: true
        );

        await AddAsync(Guid.CreateVersion7(now - InboxPartitions.Keep));
        await AddAsync(Guid.CreateVersion7(now.AddDays(7)));
    }

    [Test]
    public async Task ids_that_nothing_repeats_any_more_are_dropped_and_the_others_stay()
    {
        await AddOldPartitionAsync();
        var recent = Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(-29));
        await AddAsync(Guid.CreateVersion7(LongAgo));
        await AddAsync(recent);

        await MaintainAsync();

        (await PartitionsAsync()).ShouldNotContain(OldPartition);
        (await IdsAsync()).ShouldBe([recent]);
    }

    [Test]
    public async Task ids_of_events_that_the_outbox_still_keeps_stay()
    {
        await AddOldPartitionAsync();
        var kept = OutboxPartition.Of(LongAgo.AddDays(3));
        await _system.ExecuteAsync(
            $"""
            CREATE TABLE messaging.{kept.Name} PARTITION OF messaging.outbox
                FOR VALUES FROM ('{kept.From:O}') TO ('{kept.To:O}')
            """
        );

        await MaintainAsync();
        (await PartitionsAsync()).ShouldContain(OldPartition);

        await _system.ExecuteAsync($"DROP TABLE messaging.{kept.Name}");
        await MaintainAsync();
        (await PartitionsAsync()).ShouldNotContain(OldPartition);
    }

    [Test]
    public async Task ids_of_other_systems_are_forgotten_by_the_time_of_their_coming()
    {
        await _system.ExecuteAsync(
            """
            INSERT INTO messaging.inbox_foreign (event_id, group_id, received_at)
            SELECT gen_random_uuid(), days, now() - make_interval(days => days)
            FROM generate_series(1, 60) AS days
            """
        );

        await MaintainAsync();

        var oldest = await _system.ScalarAsync<int>(
            "SELECT max(group_id) FROM messaging.inbox_foreign"
        );
        oldest.ShouldBe(29);
    }

    [Test]
    public async Task behind_an_idle_reader_events_go_on_and_the_drop_is_finished_later()
    {
        await AddOldPartitionAsync();
        await using var reader = await _system.Database.OpenConnectionAsync();
        await using var idle = await reader.BeginTransactionAsync();
        await using (var read = reader.CreateCommand())
        {
            read.CommandText = "SELECT count(*) FROM messaging.inbox";
            await read.ExecuteScalarAsync();
        }

        var maintaining = MaintainAsync();
        await Eventually.Becomes(
            "the maintenance waits for the reader",
            () =>
                _system.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock')
                    """
                ),
            waits => waits
        );
        await AddAsync(Guid.CreateVersion7());
        await Should.ThrowAsync<NpgsqlException>(() => maintaining);
        await AddAsync(Guid.CreateVersion7());

        await idle.RollbackAsync();
        await MaintainAsync();

        (await PartitionsAsync()).ShouldNotContain(OldPartition);
        (await IdsAsync()).Count.ShouldBe(2);
    }

    [Test]
    public async Task while_one_host_is_at_it_the_others_leave_it_alone()
    {
        await AddOldPartitionAsync();
        await using (var busy = await _system.Database.OpenConnectionAsync())
        {
            await using var take = busy.CreateCommand();
            take.CommandText = "SELECT pg_advisory_lock(x'494E424F58'::bigint)";
            await take.ExecuteNonQueryAsync();

            await MaintainAsync();

            (await PartitionsAsync()).ShouldContain(OldPartition);
            take.CommandText = "SELECT pg_advisory_unlock_all()";
            await take.ExecuteNonQueryAsync();
        }

        await MaintainAsync();

        (await PartitionsAsync()).ShouldNotContain(OldPartition);
    }

    private InboxMaintenance Maintenance() =>
        new(_system.Database, new DatabaseReady(), NullLogger<InboxMaintenance>.Instance);

    private async Task MaintainAsync()
    {
        using var maintenance = Maintenance();
        await maintenance.MaintainAsync(CancellationToken.None);
    }

    private Task AddOldPartitionAsync() =>
        _system.ExecuteAsync(
            $"""
            CREATE TABLE messaging.{OldPartition} PARTITION OF messaging.inbox
                FOR VALUES FROM ('{InboxPartitions.LowestId(LongAgo)}')
                TO ('{InboxPartitions.LowestId(LongAgo + InboxPartitions.Width)}')
            """
        );

    /// <summary>As a consumer does; it waits for no lock any longer than an instant.</summary>
    private Task AddAsync(Guid id) =>
        _system.ExecuteAsync(
            $"""
            BEGIN;
            SET LOCAL lock_timeout = '250ms';
            INSERT INTO messaging.inbox (event_id, group_id) VALUES ('{id}', 1);
            COMMIT
            """
        );

    private async Task<IReadOnlyList<string>> PartitionsAsync() =>
        await _system.ScalarAsync<string[]>(
            """
            SELECT coalesce(array_agg(inhrelid::regclass::text), '{}')
            FROM (SELECT inhrelid FROM pg_inherits
                WHERE inhparent = 'messaging.inbox'::regclass) AS part
            """
        )
            is { } names
            ? [.. names.Select(n => n["messaging.".Length..])]
            : [];

    private async Task<IReadOnlyList<Guid>> IdsAsync() =>
        await _system.ScalarAsync<Guid[]>(
            "SELECT coalesce(array_agg(event_id ORDER BY event_id), '{}') FROM messaging.inbox"
        );
}
