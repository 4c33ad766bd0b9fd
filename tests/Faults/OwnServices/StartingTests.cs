using ConcertReservation.LocalServices;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>Ctrl-C while a service is still starting, and one that is never ready.</summary>
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

    private void Program(string name, string command)
    {
        var file = Path.Combine(_programs, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"#!/bin/sh\n{command}\n");
        File.SetUnixFileMode(
            file,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
    }
}
