using System.Globalization;
using System.Text;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Faults.Harness;
using Confluent.Kafka;
using Npgsql;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// What a disaster destroys is built again from what is left by the scripts of deploy/recovery,
/// and the next sale is as any other.
/// </summary>
[Category("Long")]
internal sealed class RecoveryTests
{
    private const int Customers = 5;

    /// <summary>Longer than anybody holds a seat, or a payment waits for its customer.</summary>
    private const int OutageSeconds = 301;

    private OwnServers _servers = null!;
    private OwnBrokers? _brokers;
    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start()
    {
        (_brokers, _system) = (null, null!);
        _servers = await OwnServers.StartAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        await _servers.DisposeAsync();
        if (_brokers is not null)
            await _brokers.DisposeAsync();
    }

    [Test]
    public async Task after_a_restored_database_what_it_knows_is_sold_on_and_the_rest_is_told()
    {
        _system = await FaultSystem.StartAsync(servers: _servers);
        if (_system.Kafka.Embedded is not null)
            Assert.Ignore("The embedded Kafka deletes no topic: it forgets them when it stops.");
        var host = await _system.StartHostAsync();
        var name = new NpgsqlConnectionStringBuilder(_system.Services.Postgres).Database!;
        var (backup, lost) = (In("backup"), In("lost again"));
        // Of money that went back since, the backup would know nothing.
        var crowd = await Crowd.GatherAsync(_system, Customers, temper: Temper.Plain);
        var paid = await crowd.StartCardPaymentAsync(customer: 0, Provider.GoodCard);
        int known;
        await using (await StallEventStoreAsync())
        {
            crowd.StartBuying();
            await crowd.WaitUntilSoldAsync(crowd.Seats / 4);
            await Eventually.Until("some are in the rankings", AreRankedAsync);
            known = _system.Journal.Entries.Count;
            await Drill.BackUpAsync(_system.Services.Postgres, backup);
        }

        (await paid.EndAsync()).ShouldBe("COMPLETED");
        await crowd.WaitUntilSoldOutAsync();
        await _system.VerifyAsync();
        var sold = await ConfirmedAsync();
        string[] options = ["--backup", backup, "--lost", lost];
        await Drill.IsRefusedAsync(_system, "stop all hosts", "restore-database", options);
        host.Stop();

        await WriteAsync("no JSON at all", "ce_id", "ce_source");
        await WriteAsync("without an id \xff");
        await DropDatabaseAsync(name);
        await Drill.IsRefusedAsync(_system, $"--confirm {name}", "restore-database", options);
        await BreakOffAsync(name, backup);
        using (
            var drill = Drill.Start(_system, "restore-database", [.. options, "--confirm", name])
        )
        {
            await drill.AsksAsync("Start the hosts now");
            (await ConfirmedAsync()).Count.ShouldBeLessThan(sold.Count, "the backup is older");
            await _system.AdvanceAsync(OutageSeconds);
            host.Start();
            await drill.HoldsAsync();
        }

        var left = await ConfirmedAsync();
        sold.Except(left).ShouldBeSubsetOf(Told(lost, "RESERVATION_CONFIRMED"));
        File.ReadAllText(Path.Combine(lost, "cards.csv")).ShouldContain($"payment-{paid.Id}-");
        var records = File.ReadAllText(Path.Combine(lost, "records.jsonl"));
        records.ShouldContain("no JSON at all");
        records.ShouldContain("without an id");
        _system.Provider.StatusOf(paid.Key).ShouldBe("DONE", "the provider has the money");
        (await _system.CheckAsync(_system.Journal.Entries))
            .Where(f => !f.Holds)
            .Select(f => f.Number)
            .ShouldContain(3, "answers that were given since the backup are broken");
        _system.ProviderKnowsMore = true;
        var restored = DateTimeOffset.UtcNow;
        var next = await Crowd.GatherAsync(_system, Customers);
        next.StartBuying();
        await next.WaitUntilSoldOutAsync();
        (await ConfirmedAsync()).Except(left).Min().ShouldBeGreaterThan(sold.Max());
        await _system.OutwaitLeasesAsync();
        // Whatever was answered since the backup may be so, or not.
        await _system.VerifyAsync([
            .. _system.Journal.Entries.Select(
                (e, n) => n < known || e.At > restored ? e : e with { Status = null, Body = null }
            ),
        ]);
    }

    [Test]
    public async Task new_brokers_get_every_event_again_while_people_go_on_booking()
    {
        _brokers = await OwnBrokers.StartAsync();
        _system = await FaultSystem.StartAsync(_brokers.BootstrapServers, _servers);
        await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldOutAsync();
        var next = await Crowd.GatherAsync(_system, Customers);
        await _system.VerifyAsync();
        await Drill.IsRefusedAsync(_system, "it is the same", "rebuild-kafka");
        var lost = await IncarnationAsync();
        // As after a day: the older half of the events is in the event store alone.
        await _system.Database.ExecuteAsync(
            """
            DELETE FROM messaging.outbox WHERE seq <= (SELECT avg(seq) FROM messaging.outbox)
            """
        );

        await _brokers.KillAsync(1, 2, 3);
        next.StartBuying();
        await Drill.IsRefusedAsync(_system, "--confirm lost", "rebuild-kafka");
        using (var drill = Drill.Start(_system, "rebuild-kafka", "--confirm", "lost"))
        {
            await drill.AsksAsync("Start the new brokers");
            await _brokers.StartEmptyAsync();
            await next.WaitUntilSoldOutAsync();
            await drill.HoldsAsync();
        }

        (await IncarnationAsync()).ShouldNotBe(lost);
        await _system.OutwaitLeasesAsync();
        var findings = await _system.VerifyAsync();
        var records = findings.Of(8, "records in Kafka") - findings.Of(8, "repeats among them");
        records.ShouldBe(findings.Of(9, "events stored"));
    }

    [Test]
    public async Task an_empty_redis_gets_the_rankings_of_all_that_was_sold()
    {
        _system = await FaultSystem.StartAsync(servers: _servers);
        var host = await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldOutAsync();
        await Eventually.Until("there are rankings", () => Built(host) == 1);

        await _servers.KillRedisAsync();
        await _servers.StartEmptyRedisAsync();
        using (var drill = Drill.Start(_system, "rebuild-redis"))
            await drill.HoldsAsync();
        Built(host).ShouldBe(2);

        var next = await Crowd.GatherAsync(_system, Customers);
        next.StartBuying();
        await next.WaitUntilSoldOutAsync();
        using (var drill = Drill.Start(_system, "rebuild-redis", "--delete-rankings"))
            await drill.HoldsAsync();
        Built(host).ShouldBe(3);
        await _system.VerifyAsync();
    }

    /// <summary>How often the rankings were made from the event store.</summary>
    private static int Built(HostProcess host) => host.Said("The rankings are whole again").Count;

    private string In(string file) => Path.Combine(_system.Folder, file);

    /// <summary>
    /// Where the drill does not come to its end, there is no database yet that hosts would find,
    /// and nothing that was saved is written over.
    /// </summary>
    private async Task BreakOffAsync(string name, string backup)
    {
        string[] options = ["--backup", backup, "--confirm", name, "--lost", In("lost")];
        // As a pattern it would be that of our topics.
        var neighbour = ("Kafka__Prefix", _system.Kafka.Prefix.Replace("test-", "test."));
        await Drill.IsRefusedAsync(_system, neighbour, "--new-kafka", "restore-database", options);
        var noFile = ("KAFKA_COMMAND_CONFIG", In("missing"));
        await Drill.BreaksAsync(
            _system,
            noFile,
            "Deleting the topics",
            "restore-database",
            options
        );
        await using var server = NpgsqlDataSource.Create(_servers.Postgres);
        await using var count = server.CreateCommand(
            $"SELECT count(*) FROM pg_database WHERE datname = '{name}'"
        );
        (await count.ExecuteScalarAsync()).ShouldBe(0L);
        await Drill.IsRefusedAsync(_system, "another folder", "restore-database", options);
    }

    /// <summary>
    /// Until disposed it waits for its turn to append, as it does after whoever erases a customer.
    /// </summary>
    private async Task<IAsyncDisposable> StallEventStoreAsync()
    {
        // One that a pool got back would keep the lock.
        var turn = new NpgsqlConnection($"{_system.Services.Postgres};Pooling=false");
        await turn.OpenAsync();
        await using var command = turn.CreateCommand();
        command.CommandText = "SELECT pg_advisory_lock(hashtext('data_platform.append'))";
        await command.ExecuteNonQueryAsync();
        return turn;
    }

    private Task<bool> AreRankedAsync() =>
        _system.Database.ScalarAsync<bool>(
            """
            SELECT coalesce(sum(next_offset), 0) >= 5 FROM messaging.consumer_positions
            WHERE consumer_group = 'ranking-service' AND topic = 'reservation-events'
            """
        );

    /// <summary>What anybody may write who may write into our topics.</summary>
    private async Task WriteAsync(string body, params string[] headers)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ce_id"] = $"{Guid.NewGuid():D}",
            ["ce_source"] = "/concert-reservation/reservations",
        };
        using var producer = new ProducerBuilder<string, byte[]>(
            new ProducerConfig { BootstrapServers = _system.Kafka.BootstrapServers }
        ).Build();
        var record = new Message<string, byte[]>
        {
            Key = "1",
            Value = Encoding.Latin1.GetBytes(body),
            Headers = [],
        };
        foreach (var header in headers)
            record.Headers.Add(header, Encoding.UTF8.GetBytes(values[header]));
        await producer.ProduceAsync(_system.Kafka.Prefix + Topics.Reservations, record);
    }

    /// <summary>Nobody can be in it, not even by a pool of the test.</summary>
    private async Task DropDatabaseAsync(string name)
    {
        _system.Database.DataSource.Clear();
        await using var server = NpgsqlDataSource.Create(_servers.Postgres);
        await using var drop = server.CreateCommand($"DROP DATABASE {name} WITH (FORCE)");
        await drop.ExecuteNonQueryAsync();
    }

    private Task<IReadOnlyList<long>> ConfirmedAsync() =>
        _system.Database.ReadAsync<long>(
            "SELECT id FROM reservations.reservations WHERE status = 'CONFIRMED'"
        );

    private Task<string> IncarnationAsync() =>
        _system.Database.ScalarAsync<string>("SELECT incarnation FROM messaging.relay_position");

    /// <summary>The reservations of which events are told to be lost.</summary>
    private static IReadOnlyList<long> Told(string folder, string eventType) =>
        [
            .. File.ReadLines(Path.Combine(folder, "events.csv"))
                .Select(line => line.Split(','))
                .Where(cells => cells[1] == eventType)
                .Select(cells => long.Parse(cells[5], CultureInfo.InvariantCulture)),
        ];
}
