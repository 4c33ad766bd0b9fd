using ConcertReservation.Messaging;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Unit.Messaging;

internal sealed class KafkaOptionsTests
{
    [Test]
    public void without_brokers_the_host_says_what_is_missing() =>
        FaultsOf().ShouldContain("Kafka:BootstrapServers is not set");

    [TestCase("Kafka:Prefix", "über", "Kafka:Prefix")]
    [TestCase("Kafka:Replication", "0", "Replication")]
    [TestCase("Kafka:Partitions:user-events", "0", "Kafka:Partitions:user-events is 0")]
    [TestCase("Kafka:Partitions:foreign", "3", "none of our topics")]
    [TestCase("Kafka:SecurityProtocol", "SaslSsl", "Kafka:SaslMechanism is not set")]
    [TestCase("Kafka:SslCaLocation", "/no/such.pem", "there is no file /no/such.pem")]
    [TestCase("Kafka:SslKeyLocation", "/no/such.pem", "go together")]
    [TestCase("Kafka:Client:acks", "1", "Kafka:Client:acks cannot be set")]
    [TestCase("Kafka:Client:message.timeout.ms", "1000", "cannot be set")]
    [TestCase("Kafka:Client:retries", "0", "cannot be set")]
    [TestCase("Kafka:Client:dotnet.producer.enable.delivery.reports", "false", "cannot be set")]
    [TestCase("Kafka:Client:delivery.report.only.error", "true", "cannot be set")]
    public void a_wrong_setting_is_named(string key, string value, string complaint) =>
        FaultsOf(("Kafka:BootstrapServers", "localhost:9092"), (key, value))
            .ShouldContain(complaint);

    [Test]
    public void more_copies_in_sync_than_there_are_is_refused() =>
        FaultsOf(
                ("Kafka:BootstrapServers", "localhost:9092"),
                ("Kafka:Replication", "1"),
                ("Kafka:MinInSync", "2")
            )
            .ShouldContain("no record could be sent");

    [Test]
    public void what_librdkafka_knows_is_passed_on_to_every_client()
    {
        var clients = Services(
                ("Kafka:BootstrapServers", "localhost:9092"),
                ("Kafka:SecurityProtocol", "SaslSsl"),
                ("Kafka:SaslMechanism", "ScramSha512"),
                ("Kafka:SaslUsername", "concert"),
                ("Kafka:SaslPassword", "secret"),
                ("Kafka:Client:socket.timeout.ms", "7000"),
                ("Kafka:Client:linger.ms", "20")
            )
            .GetRequiredService<KafkaClients>();

        var producer = clients.ProducerConfig("relay");
        producer.SocketTimeoutMs.ShouldBe(7000);
        producer.LingerMs.ShouldBe(20);
        producer.SaslMechanism.ShouldBe(SaslMechanism.ScramSha512);
        producer.SaslPassword.ShouldBe("secret");
        clients.ConsumerConfig("group", "consumer").SocketTimeoutMs.ShouldBe(7000);
    }

    [Test]
    public void a_producer_loses_nothing_and_keeps_the_order()
    {
        var producer = Services(("Kafka:BootstrapServers", "localhost:9092"))
            .GetRequiredService<KafkaClients>()
            .ProducerConfig("relay");

        producer.EnableIdempotence.ShouldBe(true);
        producer.Acks.ShouldBe(Acks.All);
        producer.MaxInFlight.ShouldBe(5);
        producer.MessageTimeoutMs.ShouldBe(0);
        producer.LingerMs.ShouldBe(5);
        producer.CompressionType.ShouldBe(CompressionType.Snappy);
        producer.Partitioner.ShouldBe(Partitioner.Murmur2Random);
    }

    [Test]
    public void names_get_the_prefix_and_lose_it()
    {
        var clients = Services(
                ("Kafka:BootstrapServers", "localhost:9092"),
                ("Kafka:Prefix", "test-7.")
            )
            .GetRequiredService<KafkaClients>();

        clients.Prefixed("user-events").ShouldBe("test-7.user-events");
        clients.Unprefixed("test-7.user-events").ShouldBe("user-events");
        clients.Unprefixed("user-events").ShouldBeNull();
        clients.ConsumerConfig("data-platform", "c").GroupId.ShouldBe("test-7.data-platform");
    }

    private static string FaultsOf(params (string Key, string Value)[] settings) =>
        Should
            .Throw<OptionsValidationException>(() =>
                Services(settings).GetRequiredService<IOptions<KafkaOptions>>().Value
            )
            .Message;

    private static ServiceProvider Services(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))
            )
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging();
        services.AddKafka();
        return services.BuildServiceProvider();
    }
}
