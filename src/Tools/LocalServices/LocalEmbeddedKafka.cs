namespace ConcertReservation.LocalServices;

/// <summary>
/// The embedded Kafka as one of the services: it lives and ends with this process.
/// </summary>
internal sealed class LocalEmbeddedKafka(EmbeddedKafka kafka) : ILocalService
{
    public string Name => "Kafka";

    public string Description =>
        $"Kafka, embedded: librdkafka's mock cluster of three brokers, on "
        + $"{kafka.BootstrapServers}; "
        + "KAFKA_HOME=<distribution> makes it real";

    public IReadOnlyList<LocalProcess> Processes => [];

    public Task StopAsync()
    {
        kafka.Dispose();
        return Task.CompletedTask;
    }
}
