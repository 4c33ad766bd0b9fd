using System.Text;
using ConcertReservation.LocalServices;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>
/// Ctrl-C while a service is still starting, and one that is never ready, ends or loses its port.
/// </summary>
internal sealed class StartingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly string[] Idle = ["sleep", "infinity"];
    private static readonly (string, string) NoPostgres = ("ConnectionStrings__Postgres", "Host=x");
    private static readonly (string, string) NoRedis = ("ConnectionStrings__Redis", "x:6379");
    private static readonly (string, string) NoKafka = ("Kafka__BootstrapServers", "x:9092");

    private string _programs = "";
    private string _services = "";

    [SetUp]
    public void MakeDirectories()
    {
        _programs = Directory.CreateTempSubdirectory("programs-").FullName;
        _services = Directory.CreateTempSubdirectory("services-").FullName;
    }

    [TearDown]
    public void RemoveDirectories()
    {
        Directory.Delete(_programs, recursive: true);
        Directory.Delete(_services, recursive: true);
    }

    [Test]
    public void ctrl_c_stops_a_postgresql_that_is_starting()
    {
        using var owner = Owner.Start(_services, Idle, NoRedis, NoKafka);

        InterruptedNothingIsLeft(owner, "postgres");
    }

    [Test]
    public void ctrl_c_stops_a_redis_that_does_not_answer_yet()
    {
        Program("redis-server", "exec sleep infinity");
        var path = Environment.GetEnvironmentVariable("PATH");
        using var owner = Owner.Start(
            _services,
            Idle,
            NoPostgres,
            NoKafka,
            ("PATH", $"{_programs}:{path}")
        );

        InterruptedNothingIsLeft(owner, "redis");
    }

    [Test]
    public void ctrl_c_stops_all_brokers_that_do_not_answer_yet()
    {
        Program("bin/java", "");
        Program("bin/kafka-storage.sh", "");
        Program("bin/kafka-server-start.sh", "exec sleep infinity");
        using var owner = Owner.Start(
            _services,
            Idle,
            NoPostgres,
            NoRedis,
            ("KAFKA_HOME", _programs),
            ("JAVA_HOME", _programs)
        );

        InterruptedNothingIsLeft(owner, "kafka-1", "kafka-2", "kafka-3");
    }

    [Test]
    public void brokers_find_their_data_in_a_checkout_whose_name_is_not_latin()
    {
        var services = Path.Combine(_services, "공연 예매");
        Program("bin/java", "");
        Program("bin/kafka-storage.sh", "");
        Program("bin/kafka-server-start.sh", "locale charmap >\"$1.charmap\"; exec sleep infinity");
        using var owner = Owner.Start(
            services,
            Idle,
            NoPostgres,
            NoRedis,
            ("KAFKA_HOME", _programs),
            ("JAVA_HOME", _programs),
            ("LC_ALL", "C")
        );
        var settings = Path.Combine(services, "kafka", "3", "server.properties");
        SpinWait
            .SpinUntil(() => Content(settings + ".charmap").Length > 0, Patience)
            .ShouldBeTrue("a broker launched");

        Content(settings + ".charmap").Trim().ShouldBe("UTF-8");
        File.ReadAllText(settings, Encoding.Latin1)
            .ShouldContain(
                @$"log.dirs={_services}/\uacf5\uc5f0 \uc608\ub9e4/kafka/3/data{Environment.NewLine}"
            );
    }

    [Test]
    public void a_broker_that_ends_is_told_with_its_error_and_not_started_again()
    {
        const string Error = "ERROR The disk is full.";
        Program("bin/java", "");
        Program("bin/kafka-storage.sh", "");
        Program(
            "bin/kafka-server-start.sh",
            $"case $1 in */3/*) echo '{Error}'; seq 30; exit 7;; esac; exec sleep infinity"
        );
        using var owner = Owner.Start(
            _services,
            Idle,
            NoPostgres,
            NoRedis,
            ("KAFKA_HOME", _programs),
            ("JAVA_HOME", _programs)
        );

        var (exitCode, output) = owner.WaitForEnd();

        exitCode.ShouldBe(1);
        output.ShouldContain("with code 7");
        output.ShouldContain(Error);
        File.ReadAllLines(Path.Combine(_services, "kafka", "3", "log"))
            .Count(line => line == Error)
            .ShouldBe(1);
    }

    [Test]
    public void a_redis_whose_port_is_taken_before_it_listens_gets_another()
    {
        var program = Program(
            "redis-server",
            """
            cat >"$0.conf"
            if mkdir "$0.first"; then
              until [ -e "$0.go" ]; do sleep 0.05; done
            fi
            PATH=${PATH#*:}
            exec redis-server - <"$0.conf"
            """
        );
        var path = Environment.GetEnvironmentVariable("PATH");
        using var owner = Owner.Start(
            _services,
            Idle,
            NoPostgres,
            NoKafka,
            ("PATH", $"{_programs}:{path}")
        );
        SpinWait
            .SpinUntil(() => Directory.Exists($"{program}.first"), Patience)
            .ShouldBeTrue("Redis was launched");
        using var taker = new Taker();
        taker.Take(owner.State.Ports["redis"]);
        File.WriteAllText($"{program}.go", "");

        var redis = owner.WaitUntilUp().Redis;

        redis.ShouldStartWith("127.0.0.1:");
        redis.ShouldNotStartWith($"127.0.0.1:{taker.Port},");
    }

    [Test]
    [Category("Long")]
    public async Task brokers_one_of_whose_ports_is_taken_before_they_listen_get_others()
    {
        if (Environment.GetEnvironmentVariable("KAFKA_HOME") is not { Length: > 0 } kafkaHome)
        {
            Assert.Ignore("KAFKA_HOME names no Kafka distribution.");
            return;
        }

        using var taker = new Taker();
        using var directory = ServiceDirectory.TryOpen(_services).ShouldNotBeNull();
        var settings = BrokerSettings.Own.With(
            new Dictionary<string, string>(StringComparer.Ordinal),
            advertised: (_, port) =>
            {
                if (taker.Port is null)
                    taker.Take(port);
                return port;
            }
        );

        var brokers = await LocalBrokers.StartAsync(
            directory,
            kafkaHome,
            CancellationToken.None,
            settings
        );
        try
        {
            brokers.BootstrapServers.ShouldNotContain($":{taker.Port}");
            await Log.CreateTopicAsync(brokers.BootstrapServers, "trial");
            Log.Write(brokers.BootstrapServers, "trial", count: 100);
        }
        finally
        {
            await brokers.StopAsync();
        }
    }

    [TestCase("http")]
    [TestCase("-1")]
    [TestCase("0")]
    [TestCase("65536")]
    public void what_is_no_port_is_told_in_one_line(string port) =>
        Should
            .Throw<StartException>(() => Up.Port(port))
            .Message.ShouldBe($"PORT is no port: {port}");

    [Test]
    public async Task one_who_joins_what_is_never_ready_is_told_so()
    {
        using var starting = ServiceDirectory.TryOpen(_services).ShouldNotBeNull();
        var joining = new Up(new UpOptions(_services, false, null, null, ["true"]), _ => { })
        {
            JoinPatience = TimeSpan.FromMilliseconds(100),
        };

        var told = await Should.ThrowAsync<StartException>(() =>
            joining.RunAsync(CancellationToken.None)
        );

        told.Message.ShouldContain("not ready within");
    }

    private static void InterruptedNothingIsLeft(Owner owner, params string[] services)
    {
        Dictionary<string, ProcessIdentity> launched = [];
        SpinWait
            .SpinUntil(() => services.All((launched = Launched(owner)).ContainsKey), Patience)
            .ShouldBeTrue($"{string.Join(", ", services)} launched");

        owner.Interrupt();

        owner.WaitForEnd().ExitCode.ShouldBe(130);
        launched.Values.ShouldAllBe(process => LocalProcess.Adopt(process) == null);
        owner.State.Processes.ShouldBeEmpty();
    }

    private static Dictionary<string, ProcessIdentity> Launched(Owner owner) =>
        File.Exists(Path.Combine(owner.Directory, "state.json")) ? owner.State.Processes : [];

    private static string Content(string file) => File.Exists(file) ? File.ReadAllText(file) : "";

    /// <returns>Its path.</returns>
    private string Program(string name, string command)
    {
        var file = Path.Combine(_programs, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"#!/bin/sh\n{command}\n");
        File.SetUnixFileMode(
            file,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        return file;
    }
}
