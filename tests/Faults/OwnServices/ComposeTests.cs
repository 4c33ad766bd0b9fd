using ConcertReservation.Host;
using ConcertReservation.LocalServices;
using ConcertReservation.Messaging;
using ConcertReservation.Notifications;
using ConcertReservation.Payments;
using ConcertReservation.PaymentSandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>What can be proven of docker-compose.kafka.yaml where no image can run.</summary>
internal sealed class ComposeTests
{
    private const string InnerServers = "kafka-1:29092,kafka-2:29092,kafka-3:29092";

    [TestCase("kafka-1", "127.0.0.1:19092:19092/tcp")]
    [TestCase("kafka-2", "127.0.0.1:19093:19093/tcp")]
    [TestCase("kafka-3", "127.0.0.1:19094:19094/tcp")]
    [TestCase("kafka-ui", "127.0.0.1:8080:8080/tcp")]
    [TestCase("postgres", "127.0.0.1:15432:5432/tcp")]
    [TestCase("redis", "127.0.0.1:16379:6379/tcp")]
    [TestCase("mail", "127.0.0.1:8025:8025/tcp")]
    [TestCase("payment-sandbox", "127.0.0.1:5090:5090/tcp")]
    [TestCase("host", "127.0.0.1:5080:5080/tcp")]
    public void debians_docker_compose_accepts_the_file_and_each_service_has_its_port(
        string service,
        string port
    )
    {
        Compose.Config.ShouldContain($"\n  {service}:\n");
        Compose.Ports(service).ShouldBe([port]);
        // Version 1.29 rejects it.
        File.ReadLines(Compose.File).ShouldNotContain(l => l.StartsWith("name:"));
    }

    [Test]
    public void all_three_brokers_have_the_same_settings_but_for_their_names()
    {
        var (first, second, third) = (
            Compose.Settings(1),
            Compose.Settings(2),
            Compose.Settings(3)
        );

        second.ShouldBe(first);
        third.ShouldBe(first);
        first["min.insync.replicas"].ShouldBe("2");
        first["default.replication.factor"].ShouldBe("3");
        first["auto.create.topics.enable"].ShouldBe("false");
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void brokers_are_found_where_they_listen(int node)
    {
        var broker = Compose.Environment($"kafka-{node}");
        var outside = 19091 + node;

        broker["KAFKA_NODE_ID"].ShouldBe($"{node}");
        broker["KAFKA_CONTROLLER_QUORUM_VOTERS"]
            .ShouldBe("1@kafka-1:9093,2@kafka-2:9093,3@kafka-3:9093");
        broker["KAFKA_LISTENERS"]
            .ShouldBe($"CONTROLLER://:9093,INTERNAL://:29092,EXTERNAL://:{outside}");
        broker["KAFKA_ADVERTISED_LISTENERS"]
            .ShouldBe($"INTERNAL://kafka-{node}:29092,EXTERNAL://localhost:{outside}");
        Compose.Ports($"kafka-{node}").ShouldBe([$"127.0.0.1:{outside}:{outside}/tcp"]);
    }

    [Test]
    public void kafka_ui_shows_all_brokers() =>
        Compose.Environment("kafka-ui")["KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS"].ShouldBe(InnerServers);

    [Test]
    public async Task the_host_reads_from_its_environment_where_the_others_are()
    {
        await using var host = HostApplication.Create([], Configured("host"));

        var smtp = Options<NotificationsOptions>(host).Smtp;
        smtp.Host.ShouldBe("mail");
        smtp.Port.ShouldBe(1025, "where Mailpit takes mail");
        var gateway = Options<GatewayOptions>(host);
        gateway.BaseAddress.ShouldBe(new Uri("http://payment-sandbox:5090"));
        gateway.CheckoutBaseAddress.ShouldBe(new Uri("http://localhost:5090"));
        Options<KafkaOptions>(host).BootstrapServers.ShouldBe(InnerServers);
        host.Configuration.GetConnectionString("Postgres")!.ShouldContain("Host=postgres;");
        host.Configuration.GetConnectionString("Redis").ShouldBe("redis:6379");
    }

    [Test]
    public async Task the_sandbox_listens_where_the_host_and_the_customer_find_it()
    {
        await using var sandbox = SandboxApplication.Create([], Configured("payment-sandbox"));

        Options<SandboxOptions>(sandbox).Address.ShouldBe("0.0.0.0");
        Options<SandboxOptions>(sandbox)
            .WebhookUrl.ShouldBe(new Uri("http://host:5080/api/payments/webhooks/toss"));
        sandbox.Configuration["PORT"].ShouldBe("5090");
    }

    [Test]
    [Category("Long")]
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
            var settings = Compose.Settings(1);
            settings["listeners"] = Compose.Environment("kafka-1")["KAFKA_LISTENERS"];
            var brokers = await LocalBrokers.StartAsync(
                directory,
                kafkaHome,
                CancellationToken.None,
                new BrokerSettings(settings)
            );
            try
            {
                await TheyHaveTheSettings(brokers.BootstrapServers);
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

    /// <summary>As each broker tells it, not as its file has it.</summary>
    private static async Task TheyHaveTheSettings(string bootstrapServers)
    {
        var expected = Compose.Settings(1);
        expected.Count.ShouldBeGreaterThan(14);
        foreach (var node in Enumerable.Range(1, 3))
        {
            var effective = await Log.SettingsOfAsync(bootstrapServers, node);
            foreach (var (name, value) in expected)
            {
                effective.Keys.ShouldContain(name, $"broker {node} knows {name}");
                effective[name].ShouldBe(value, $"{name} of broker {node}");
            }
        }
    }

    /// <summary>With the service's environment in place of the test's.</summary>
    private static Action<WebApplicationBuilder> Configured(string service) =>
        builder =>
        {
            builder.Configuration.Sources.Clear();
            builder.Configuration.AddInMemoryCollection(
                Compose
                    .Environment(service)
                    .Select(s => new KeyValuePair<string, string?>(
                        s.Key.Replace("__", ":", StringComparison.Ordinal),
                        s.Value
                    ))
            );
        };

    private static T Options<T>(WebApplication application)
        where T : class => application.Services.GetRequiredService<IOptions<T>>().Value;
}
