using ConcertReservation.ContractDocs;
using ConcertReservation.Contracts;
using Confluent.Kafka;
using SalesBoard;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>The .NET consumer of our page for other teams does what the page says.</summary>
[Category("Long")]
[Parallelizable]
internal sealed class WorkedConsumerTests
{
    private static readonly ReservationConfirmed Sold = Sample<ReservationConfirmed>();
    private static readonly ReservationCancelled Back = Sample<ReservationCancelled>();

    private ConsumingSystem _system = null!;

    [SetUp]
    public async Task Start()
    {
        _system = await ConsumingSystem.StartAsync(alwaysEmbedded: true);
        await using var create = _system.Database.CreateCommand(SalesReader.Tables);
        await create.ExecuteNonQueryAsync();
    }

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task it_applies_each_event_once_and_goes_on_after_a_restart()
    {
        var (first, second, returned) = (Concert(1, seats: 2), Concert(1, seats: 3), Cancelled(1));
        await ProduceAsync(first, first, second, returned);
        await ReadAsync(until: Concert(2, seats: 1));

        // As after a takeover of the relay: a stretch that was sent already comes again.
        await ProduceAsync(second, returned, Concert(1, seats: 4));
        await ReadAsync(until: Concert(3, seats: 1));

        (await SalesAsync()).ShouldBe(["1: 7", "2: 1", "3: 1"]);
    }

    [Test]
    public async Task it_passes_over_what_it_does_not_know_and_sets_aside_what_it_cannot_read()
    {
        await ProduceAsync(
            Sample<ReservationCreated>(),
            Cancelled(1) with
            {
                WasConfirmed = false,
            }
        );
        await ProduceAsync("RESERVATION_UPGRADED", "no JSON at all");
        await ProduceAsync(null, "{}");
        await ProduceAsync(
            "RESERVATION_CONFIRMED",
            $$"""{"eventId":"{{Guid.NewGuid()}}","concertId":1,"seatIds":[1,2],"since":{"v":2} }"""
        );
        await ProduceAsync(
            "RESERVATION_CONFIRMED",
            $$"""{"eventId":"{{Guid.NewGuid()}}","concertId":1}"""
        );
        await ProduceAsync("RESERVATION_CANCELLED", null);
        await ReadAsync(until: Concert(2, seats: 1));

        (await SalesAsync()).ShouldBe(["1: 2", "2: 1"]);
        var reasons = await _system.ListAsync<string>(
            "SELECT reason FROM set_aside ORDER BY place"
        );
        reasons.Count.ShouldBe(2);
        reasons.ShouldContain(r => r.Contains("SeatIds", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>All have one key, so the last one has been read when all have.</summary>
    private async Task ReadAsync(ReservationConfirmed until)
    {
        await ProduceAsync(until);
        using var stop = new CancellationTokenSource();
        // The embedded Kafka waits for the session's end where a real one takes a group's next
        // member at once.
        var kafka = new ClientConfig { BootstrapServers = _system.Kafka.BootstrapServers };
        kafka.Set("session.timeout.ms", "5000");
        kafka.Set("heartbeat.interval.ms", "500");
        var reader = new SalesReader(kafka, _system.Database);
        var running = reader.RunAsync(stop.Token);
        await Eventually.Until(
            "the last event is counted",
            async () =>
                running.IsFaulted
                || (await SalesAsync()).Any(s =>
                    s.StartsWith($"{until.ConcertId}:", StringComparison.Ordinal)
                )
        );
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
    }

    private Task<List<string>> SalesAsync() =>
        _system.ListAsync<string>("SELECT concert_id || ': ' || seats FROM sales ORDER BY 1");

    private async Task ProduceAsync(params ReservationEvent[] events)
    {
        foreach (var produced in events)
            await _system.ProduceAsync(produced);
    }

    private async Task ProduceAsync(string? type, string? body) =>
        await _system.ProduceAsync(
            Sold.Topic,
            partition: null,
            Utf8(Sold.Key),
            body is null ? null : Utf8(body),
            type is null ? [] : [("ce_type", Utf8(type))]
        );

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static ReservationConfirmed Concert(long id, int seats) =>
        Sold with
        {
            EventId = Guid.CreateVersion7(),
            ConcertId = id,
            SeatIds = [.. Enumerable.Range(1, seats)],
        };

    private static ReservationCancelled Cancelled(long concertId) =>
        Back with
        {
            EventId = Guid.CreateVersion7(),
            ConcertId = concertId,
            WasConfirmed = true,
        };

    private static T Sample<T>() => EventSamples.All.OfType<T>().Single();
}
