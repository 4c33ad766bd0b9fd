using System.Net;
using System.Net.Sockets;
using ConcertReservation.LocalServices;
using Npgsql;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>What ./run and ./test rely on, each with processes of its own.</summary>
internal sealed class LocalServicesTests
{
    private static readonly string[] Idle = ["sleep", "infinity"];
    private static readonly (string, string) NoPostgres = ("ConnectionStrings__Postgres", "Host=x");
    private static readonly (string, string) NoRedis = ("ConnectionStrings__Redis", "x:6379");
    private static readonly (string, string) NoKafka = ("Kafka__BootstrapServers", "x:9092");

    private string _directory = "";

    [SetUp]
    public void MakeDirectory() =>
        _directory = Directory.CreateTempSubdirectory("local-services-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void services_that_the_environment_names_are_used_and_not_started()
    {
        using var owner = Owner.Start(
            _directory,
            ["sh", "-c", "echo $ConnectionStrings__Postgres $Kafka__BootstrapServers; exit 7"],
            NoPostgres,
            NoRedis,
            NoKafka
        );

        var (exitCode, output) = owner.WaitForEnd();

        output.ShouldContain("Host=x x:9092");
        exitCode.ShouldBe(7);
        owner.State.Processes.Keys.ShouldBe(["command"]);
    }

    [Test]
    public void run_json_tells_where_everything_is_while_it_runs()
    {
        using var owner = Owner.Start(_directory, Idle, NoPostgres, NoKafka);

        var file = owner.WaitUntilUp();

        file.Redis.ShouldStartWith($"127.0.0.1:{owner.State.Ports["redis"]},password=");
        file.Kafka.ShouldBe("x:9092");
        file.KafkaKind.ShouldBe(KafkaKind.Configured);
        file.Operator.Password.ShouldNotBeEmpty();
        Directory.Exists(file.MailFolder).ShouldBeTrue();
        File.GetUnixFileMode(Path.Combine(_directory, RunFile.FileName))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        owner.Interrupt();
        owner.WaitForEnd().ExitCode.ShouldBe(130);
        RunFile.Read(_directory).ShouldBeNull();
    }

    /// <summary>
    /// Redis takes the name of its configuration for a pattern, and is open to all without one.
    /// </summary>
    [Test]
    public async Task the_name_of_the_directory_is_no_pattern()
    {
        var odd = Path.Combine(_directory, "odd [x] *?");
        using var owner = Owner.Start(odd, Idle, NoPostgres, NoKafka);

        var port = new Uri($"tcp://{owner.WaitUntilUp().Redis.Split(',')[0]}").Port;

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = client.GetStream();
        await stream.WriteAsync("PING\r\nQUIT\r\n"u8.ToArray());
        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync()).ShouldStartWith("-NOAUTH");
    }

    [Test]
    public void two_directories_run_at_once()
    {
        var other = Directory.CreateTempSubdirectory("local-services-").FullName;
        try
        {
            using var first = Owner.Start(_directory, Idle, NoPostgres);
            using var second = Owner.Start(other, Idle, NoPostgres);

            var (here, there) = (first.WaitUntilUp(), second.WaitUntilUp());

            there.Redis.ShouldNotBe(here.Redis);
            there.Kafka.ShouldNotBe(here.Kafka);
        }
        finally
        {
            Directory.Delete(other, recursive: true);
        }
    }

    [Test]
    public void one_directory_has_one_owner_whose_services_a_command_joins()
    {
        using var owner = Owner.Start(_directory, Idle, NoPostgres, NoKafka);
        var file = owner.WaitUntilUp();

        using var joining = Owner.Start(
            _directory,
            ["sh", "-c", "echo $ConnectionStrings__Redis"],
            NoPostgres
        );

        joining.WaitForEnd().Output.ShouldContain(file.Redis);
        owner.WaitUntilUp().Redis.ShouldBe(file.Redis);
    }

    [Test]
    public async Task data_outlive_an_orderly_stop_and_the_death_of_their_owner()
    {
        using (var first = Owner.Start(_directory, Idle, NoRedis, NoKafka))
        {
            await Execute(first.WaitUntilUp().Postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
            first.Interrupt();
            first.WaitForEnd();
        }

        using var killed = Owner.Start(_directory, Idle, NoRedis, NoKafka);
        var before = killed.WaitUntilUp();
        var server = killed.State.Processes["postgres"];
        killed.KillAtOnce();

        using var heir = Owner.Start(_directory, Idle, NoRedis, NoKafka);
        var after = heir.WaitUntilUp();

        after.Postgres.ShouldBe(before.Postgres);
        heir.State.Processes["postgres"].ShouldBe(server, "the server was adopted, not restarted");
        (await Execute(after.Postgres, "SELECT answer FROM kept")).ShouldBe(42);
    }

    [Test]
    public async Task a_server_that_was_killed_with_its_owner_recovers()
    {
        using var killed = Owner.Start(_directory, Idle, NoRedis, NoKafka);
        await Execute(killed.WaitUntilUp().Postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
        killed.KillAtOnce();
        LocalProcess.Adopt(killed.State.Processes["postgres"])!.Kill();

        using var heir = Owner.Start(_directory, Idle, NoRedis, NoKafka);

        (await Execute(heir.WaitUntilUp().Postgres, "SELECT answer FROM kept")).ShouldBe(42);
    }

    [Test]
    public async Task a_fresh_start_finds_neither_data_nor_processes_of_an_owner_who_died()
    {
        using var killed = Owner.Start(_directory, Idle, NoKafka);
        var before = killed.WaitUntilUp();
        await Execute(before.Postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
        var left = killed.State.Processes.Values.ToList();
        killed.KillAtOnce();

        using var fresh = Owner.StartFresh(_directory, Idle, NoKafka);
        var after = fresh.WaitUntilUp();

        left.Count.ShouldBe(3, "PostgreSQL, Redis and the command");
        left.ShouldAllBe(process => LocalProcess.Adopt(process) == null);
        after.Redis.ShouldNotBe(before.Redis, "Redis has a new password");
        (await Execute(after.Postgres, "SELECT to_regclass('kept')::text")).ShouldBe(DBNull.Value);
    }

    [Test]
    public void root_in_a_container_has_a_postgresql_that_runs_as_postgres()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("Only root runs it as someone else.");

        using var owner = Owner.StartAsInAContainer(
            _directory,
            ["find", _directory, "-path", "*/postgres/data", "-user", "postgres"],
            NoRedis,
            NoKafka
        );

        var (exitCode, output) = owner.WaitForEnd();

        exitCode.ShouldBe(0, output);
        output.ShouldContain(Path.Combine(_directory, "postgres", "data"));
    }

    [Test]
    public void a_kafka_home_without_java_is_a_mistake_that_is_told_in_one_line()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "kafka/bin"));
        File.WriteAllText(Path.Combine(_directory, "kafka/bin/kafka-server-start.sh"), "");

        using var owner = Owner.Start(
            Path.Combine(_directory, "services"),
            ["true"],
            ("KAFKA_HOME", Path.Combine(_directory, "kafka")),
            ("JAVA_HOME", "/nowhere")
        );
        var (exitCode, output) = owner.WaitForEnd();

        exitCode.ShouldBe(1);
        output.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("needs java");
    }

    private static async Task<object?> Execute(string connectionString, string sql)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = dataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
