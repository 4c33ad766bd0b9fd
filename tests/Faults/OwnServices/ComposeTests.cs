using System.Diagnostics;
using ConcertReservation.LocalServices;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>What can be proven of docker-compose.kafka.yaml where no image can run.</summary>
internal sealed class ComposeTests
{
    private const string FileName = "docker-compose.kafka.yaml";

    [Test]
    public void debians_docker_compose_accepts_the_file()
    {
        var config = Config();

        foreach (
            var service in new[]
            {
                "kafka-1",
                "kafka-2",
                "kafka-3",
                "kafka-ui",
                "postgres",
                "redis",
                "mail",
                "payment-sandbox",
                "host",
            }
        )
            config.ShouldContain($"\n  {service}:\n");
        // Version 1.29 rejects it.
        File.ReadLines(ComposeFile).ShouldNotContain(l => l.StartsWith("name:"));
    }

    [Test]
    public void all_three_brokers_have_the_same_settings_but_for_their_names()
    {
        var (first, second, third) = (Settings(1), Settings(2), Settings(3));

        second.ShouldBe(first);
        third.ShouldBe(first);
        first["min.insync.replicas"].ShouldBe("2");
        first["default.replication.factor"].ShouldBe("3");
        first["auto.create.topics.enable"].ShouldBe("false");
    }

    [Test]
    public async Task its_broker_settings_run_on_a_real_distribution()
    {
        if (Environment.GetEnvironmentVariable("KAFKA_HOME") is not { Length: > 0 } kafkaHome)
        {
            Assert.Ignore("KAFKA_HOME names no Kafka distribution.");
            return;
        }

        var path = Directory.CreateTempSubdirectory("compose-brokers-").FullName;
        try
        {
            using var directory = ServiceDirectory.TryOpen(path).ShouldNotBeNull();
            var settings = Settings(1);
            settings["listeners"] = Environments(1)["KAFKA_LISTENERS"];
            var brokers = await LocalBrokers.StartAsync(
                directory,
                kafkaHome,
                CancellationToken.None,
                new BrokerSettings(settings)
            );
            try
            {
                await Log.CreateTopicAsync(brokers.BootstrapServers, "trial");
                Log.Write(brokers.BootstrapServers, "trial", count: 1_000);
                Log.Read(brokers.BootstrapServers, "trial", count: 1_000)
                    .ShouldBe(Log.Values(1_000), ignoreOrder: true);
            }
            finally
            {
                await brokers.StopAsync();
            }
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static string ComposeFile
    {
        get
        {
            var directory = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(directory, FileName)))
                directory = Path.GetDirectoryName(directory)!;
            return Path.Combine(directory, FileName);
        }
    }

    /// <summary>
    /// The file as docker-compose understands it: references resolved, one form for all.
    /// </summary>
    private static string Config()
    {
        var start = new ProcessStartInfo("docker-compose", ["-f", ComposeFile, "config"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var compose = Process.Start(start)!;
        var errors = compose.StandardError.ReadToEndAsync();
        var config = compose.StandardOutput.ReadToEnd();
        compose.WaitForExit();
        compose.ExitCode.ShouldBe(0, errors.GetAwaiter().GetResult());
        return config;
    }

    /// <summary>The environment of a broker, as its image reads it.</summary>
    private static Dictionary<string, string> Environments(int node) =>
        Config()
            .Split('\n')
            .SkipWhile(l => l != $"  kafka-{node}:")
            .SkipWhile(l => l != "    environment:")
            .Skip(1)
            .TakeWhile(l => l.StartsWith("      ", StringComparison.Ordinal))
            .Select(l => l.Trim().Split(": ", 2))
            .ToDictionary(p => p[0], p => p[1].Trim('"', '\''), StringComparer.Ordinal);

    /// <summary>
    /// The image's rule: KAFKA_X_Y is x.y. Names, addresses and places are left out.
    /// </summary>
    private static Dictionary<string, string> Settings(int node)
    {
        string[] own =
        [
            "KAFKA_NODE_ID",
            "KAFKA_LISTENERS",
            "KAFKA_ADVERTISED_LISTENERS",
            "KAFKA_LOG_DIRS",
            "KAFKA_CONTROLLER_QUORUM_VOTERS",
        ];
        return Environments(node)
            .Where(p => p.Key.StartsWith("KAFKA_", StringComparison.Ordinal))
            .Where(p => !own.Contains(p.Key))
            .ToDictionary(
                p => p.Key["KAFKA_".Length..].ToLowerInvariant().Replace('_', '.'),
                p => p.Value,
                StringComparer.Ordinal
            );
    }
}
