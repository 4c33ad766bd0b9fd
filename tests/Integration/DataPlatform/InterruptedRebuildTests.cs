using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.Ranking;
using ConcertReservation.Tests.Integration.Sale;
using Confluent.Kafka;
using Npgsql;

namespace ConcertReservation.Tests.Integration.DataPlatform;

/// <summary>A rebuild outlives the host that ran it, and what Kafka has deleted.</summary>
[Category("Long")]
[Parallelizable(ParallelScope.All)]
internal sealed class InterruptedRebuildTests
{
    [Test]
    public async Task what_a_host_left_undone_another_one_goes_on_with()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                StartHosts = false,
                EmbeddedKafka = true,
                Settings = AnalyticsRebuild.Settings(pageEvents: 4),
            }
        );
        await system.HostA.StartReadyAsync();
        var caller = await Given.TheOperator(system);
        (await caller.Api.Get(AnalyticsRebuild.Path))["state"].GetString().ShouldBe("never");
        await Given.Customers(8, system);
        var concert = await Given.AConcert(system: system);
        var customer = await Given.ACustomer(system);
        await StatisticsContent.SettledAsync(system.Database);
        await customer.Holds(concert.Seats(1, 2));
        var live = await StatisticsContent.SettledAsync(system.Database);

        await using var inTheWay = await system.Database.DataSource.OpenConnectionAsync();
        await using var standing = await inTheWay.BeginTransactionAsync();
        await StopAtTheSaleAsync(inTheWay, caller);
        var half = await Eventually.Becomes(
            "it is in the midst",
            () => caller.Api.Get(AnalyticsRebuild.Path),
            seen => seen["read"].GetInt64() > 0
        );
        half["state"].GetString().ShouldBe("running");
        half["read"].GetInt64().ShouldBeLessThan(half["events"].GetInt64());
        var tables = await NewTablesAsync(system, "data_platform_rebuild");
        await Eventually.Until(
            "its transaction ends wherever it is, as that of a host that is killed",
            () =>
                system.Database.ScalarAsync<bool>(
                    $"""
                    SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity
                    WHERE {inTheWay.ProcessID} = ANY(pg_blocking_pids(pid))
                    """
                )
        );
        await system.HostA.StopAsync();
        await standing.RollbackAsync();
        await system.HostB.StartReadyAsync();

        var done = await AnalyticsRebuild.DoneAsync(caller.On(system.HostB));
        done["startedAt"].GetString().ShouldBe(half["startedAt"].GetString());
        done["read"].GetInt64().ShouldBe(half["events"].GetInt64());
        (await NewTablesAsync(system, "data_platform")).ShouldBe(tables);
        (await StatisticsContent.ReadAsync(system.Database)).ShouldBe(live);
    }

    /// <summary>The version before kept nothing of payments.</summary>
    [Test]
    public async Task what_a_new_version_keeps_it_takes_from_old_events_by_itself()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                StartHosts = false,
                EmbeddedKafka = true,
                Settings = AnalyticsRebuild.Settings(pageEvents: 50),
            }
        );
        await system.HostA.StartReadyAsync();
        var caller = await Given.TheOperator(system);
        var concert = await Given.AConcert(system: system);
        await (await Given.ACustomer(system)).Buys(concert.Seats(1, 2));
        var right = await StatisticsContent.SettledAsync(system.Database);
        right.ShouldContain("payments(");
        var index = await StatisticsContent.DescribeTablesAsync(system.Database);
        await system.HostA.StopAsync();
        await system.Database.ExecuteAsync(
            """
            DROP TABLE data_platform.payments;
            DROP INDEX data_platform.reservations_concert_id_customer_id_reservation_id_idx;
            DELETE FROM data_platform.migrations WHERE "MigrationId"
                IN ('20261121_0020_payments', '20261123_0001_refund_requests');
            """
        );

        await system.HostB.StartReadyAsync();

        var done = await AnalyticsRebuild.DoneAsync(caller.On(system.HostB));
        done["requestedBy"].GetString().ShouldBe("migration refund requests");
        (await StatisticsContent.ReadAsync(system.Database)).ShouldBe(right);
        (await StatisticsContent.DescribeTablesAsync(system.Database)).ShouldBe(index);
    }

    [Test]
    public async Task what_kafka_has_deleted_comes_from_the_event_store()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                EmbeddedKafka = true,
                Settings = AnalyticsRebuild.Settings(pageEvents: 50),
            }
        );
        var concert = await Given.AConcert(system: system);
        var customer = await Given.ACustomer(system);
        var held = await customer.Holds(concert.Seats(1, 2));
        var right = await StatisticsContent.SettledAsync(system.Database);
        const string Where = "FROM data_platform.events WHERE key = $1";
        var key = $"reservation-{held["reservationId"]}";
        var partition = await system.Database.ScalarAsync<int>($"SELECT partition {Where}", key);
        var offset = await system.Database.ScalarAsync<long>($"SELECT \"offset\" {Where}", key);
        var start = await CutAsync(
            system.Kafka,
            new TopicPartition(Topics.Reservations, partition)
        );
        start.ShouldBeGreaterThan(offset);
        await system.Database.ExecuteAsync(
            "TRUNCATE data_platform.reservations, data_platform.hours, data_platform.concert_totals"
        );

        await AnalyticsRebuild.RunAsync(await Given.TheOperator(system));

        (await StatisticsContent.ReadAsync(system.Database)).ShouldBe(right);
        await system.ForgetRankingsAsync();
        await customer.Ranks(concert, seats: 2);
    }

    /// <summary>Has it begun, and stand before the first reservation.</summary>
    private static async Task StopAtTheSaleAsync(NpgsqlConnection connection, Persona caller)
    {
        await ExecuteAsync("SELECT pg_advisory_lock_shared(hashtext('data_platform.append'))");
        await AnalyticsRebuild.RequestAsync(caller);
        await Eventually.Until(
            "there are new tables",
            () =>
                caller.System.Database.ScalarAsync<bool>(
                    "SELECT safe_seq IS NOT NULL FROM data_platform.rebuild"
                )
        );
        await ExecuteAsync("LOCK TABLE data_platform_rebuild.reservations IN SHARE MODE");
        await ExecuteAsync("SELECT pg_advisory_unlock_shared(hashtext('data_platform.append'))");

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static Task<IReadOnlyList<uint>> NewTablesAsync(TestSystem system, string schema) =>
        system.Database.ReadAsync<uint>(
            """
            SELECT oid FROM pg_class
            WHERE relnamespace = $1::regnamespace AND relname = ANY($2) ORDER BY relname
            """,
            schema,
            StatisticsContent.Tables
        );

    /// <summary>The embedded Kafka keeps the newest 5 MB of a partition.</summary>
    /// <returns>The first offset that it still has.</returns>
    private static async Task<long> CutAsync(TestKafka kafka, TopicPartition partition)
    {
        using var producer = new ProducerBuilder<string, byte[]>(
            new ProducerConfig { BootstrapServers = kafka.BootstrapServers }
        ).Build();
        for (var i = 0; i < 8; i++)
        {
            await producer.ProduceAsync(
                partition,
                new Message<string, byte[]>
                {
                    Key = "from-tomorrow",
                    Value = new byte[900_000],
                    Headers = [new Header("ce_type", "FROM_TOMORROW"u8.ToArray())],
                }
            );
        }

        using var reader = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = kafka.BootstrapServers, GroupId = "cut" }
        ).Build();
        return reader.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)).Low.Value;
    }
}
