using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.DataPlatform;

/// <summary>
/// The event store takes every type of event there is; what another system writes need not be an
/// event of ours at all.
/// </summary>
[Parallelizable]
internal sealed class ForeignRecordTests
{
    private TestSystem _system = null!;

    /// <summary>What is in Kafka stays: not where other tests read all of it.</summary>
    [OneTimeSetUp]
    public async Task StartAsync() =>
        _system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });

    [OneTimeTearDown]
    public async Task StopAsync() => await _system.DisposeAsync();

    [TestCase("""{"x":1}""")]
    [TestCase("no json")]
    [TestCase(null)]
    public async Task a_record_of_an_unknown_type_is_passed_over_and_blocks_no_key(string? body)
    {
        var key = $"elsewhere-{Guid.NewGuid():N}";

        var sent = await ProduceAsync(key, body);

        await Eventually.Until(
            "the event store's group has passed it",
            async () =>
                await _system.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM messaging.consumer_positions
                        WHERE consumer_group = 'data-platform' AND topic = $1 AND partition = $2
                            AND next_offset > $3)
                    """,
                    Topics.Reservations,
                    sent.Partition.Value,
                    sent.Offset.Value
                )
        );
        (
            await _system.Database.ReadAsync<string>(
                "SELECT consumer_group FROM messaging.dead_letters WHERE key = $1",
                Encoding.UTF8.GetBytes(key)
            )
        ).ShouldBeEmpty();
    }

    private async Task<DeliveryResult<string, byte[]>> ProduceAsync(string key, string? body)
    {
        var kafka = _system.Kafka;
        using var producer = new ProducerBuilder<string, byte[]>(
            new ProducerConfig { BootstrapServers = kafka.BootstrapServers }
        ).Build();
        return await producer.ProduceAsync(
            kafka.Prefix + Topics.Reservations,
            new Message<string, byte[]>
            {
                Key = key,
                Value = body is null ? null! : Encoding.UTF8.GetBytes(body),
                Headers = [new Header("ce_type", "SEAT_PAINTED"u8.ToArray())],
            }
        );
    }
}
