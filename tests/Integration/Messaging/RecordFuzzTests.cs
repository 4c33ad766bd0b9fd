using System.Diagnostics.Metrics;
using System.Globalization;
using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// Hundreds of records that chance has made go into each topic of a whole system: each is applied,
/// skipped or a dead letter, and every group goes on. <c>FUZZ_SEED</c> tries another chance.
/// </summary>
[Parallelizable]
internal sealed class RecordFuzzTests
{
    private const int RecordsPerTopic = 300;
    private const int UsualSeed = 7;

    /// <summary>Of each topic some that are applied wherever they come from.</summary>
    private static readonly Dictionary<string, string[]> GoodTypes = new(StringComparer.Ordinal)
    {
        [Topics.Users] = ["USER_SIGNED_UP"],
        [Topics.Concerts] = ["CONCERT_SOLD_OUT"],
        [Topics.Reservations] = ["RESERVATION_CREATED", "RESERVATION_CANCELLED"],
        [Topics.Payments] = ["PAYMENT_REFUNDED"],
    };

    private static readonly int Seed = int.Parse(
        Environment.GetEnvironmentVariable("FUZZ_SEED") ?? $"{UsualSeed}",
        CultureInfo.InvariantCulture
    );

    private readonly List<(string Type, Guid Id, string Place)> _good = [];
    private TestSystem _system = null!;
    private HostMetrics _metrics = null!;
    private IReadOnlyList<ConsumeResult<byte[], byte[]>> _records = [];

    private static IEnumerable<string> Groups => ConsumerGroups.Topics.Keys;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        TestContext.Progress.WriteLine($"FUZZ_SEED={Seed}");
        _system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Kafka:Consuming:Retries"] = "1",
                    ["Kafka:Consuming:RetryDelayMilliseconds"] = "1",
                    ["Kafka:Consuming:CommitIntervalMilliseconds"] = "50",
                },
            }
        );
        _metrics = new HostMetrics(_system.HostA.Services.GetRequiredService<IMeterFactory>());
        await ProduceAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _metrics.Dispose();
        await _system.DisposeAsync();
    }

    [Test]
    public async Task whatever_a_record_is_every_group_goes_on_and_nothing_vanishes()
    {
        await Eventually.Becomes(
            $"every group has passed and committed every record (FUZZ_SEED={Seed})",
            async () =>
            {
                // Anew each time: what is applied is told by further events.
                _records = KafkaContent.Read(_system.Kafka.BootstrapServers, _system.Kafka.Prefix);
                var behind = await Task.WhenAll(Groups.Select(BehindAsync));
                return string.Join(", ", behind.SelectMany(b => b));
            },
            behind => behind.Length == 0
        );

        _records.Count.ShouldBeGreaterThan(GoodTypes.Count * RecordsPerTopic);
        _metrics.Read("kafka.consumer.stopped").Values.ShouldAllBe(stopped => stopped == 0);
        foreach (var group in Groups)
            await EachHasOneFateAsync(group);
    }

    private async Task ProduceAsync()
    {
        var fuzz = new RecordFuzz(Seed);
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig
            {
                BootstrapServers = _system.Kafka.BootstrapServers,
                Partitioner = Partitioner.Murmur2Random,
                LingerMs = 5,
            }
        ).Build();
        var sent = new List<Task>();
        foreach (var topic in Topics.Partitions.Keys)
        {
            for (var i = 0; i < RecordsPerTopic; i++)
                sent.Add(SendAsync(topic, Partition.Any, fuzz.Next(topic)));
        }

        await Task.WhenAll(sent);
        foreach (var (topic, partitions) in Topics.Partitions)
        {
            for (var partition = 0; partition < partitions; partition++)
            {
                foreach (var type in GoodTypes[topic])
                {
                    var (record, id) = fuzz.Good(type);
                    var written = await SendAsync(topic, partition, record);
                    _good.Add((type, id, $"{topic}/{partition}@{written.Offset.Value}"));
                }
            }
        }

        Task<DeliveryResult<byte[], byte[]>> SendAsync(
            string topic,
            Partition partition,
            FuzzRecord record
        )
        {
            var message = new Message<byte[], byte[]>
            {
                Key = record.Key!,
                Value = record.Body!,
                Headers = [],
                Timestamp = new Timestamp(record.At, TimestampType.CreateTime),
            };
            foreach (var (name, value) in record.Headers)
                message.Headers.Add(name, value);
            var to = new TopicPartition(_system.Kafka.Prefix + topic, partition);
            return producer.ProduceAsync(to, message);
        }
    }

    /// <summary>
    /// An event has been applied, or is a letter; what is none is a letter; the rest is neither.
    /// </summary>
    private async Task EachHasOneFateAsync(string group)
    {
        var who = $"{group}, FUZZ_SEED={Seed}";
        var letters = await LettersAsync(group);
        var known = await KnownAsync(group);
        var expected = new List<string>();
        var unknown = 0;
        foreach (var record in ReadBy(group))
        {
            var judged = RecordJudge.Of(group, TopicOf(record), record);
            var place = $"{PlaceOf(record)}@{record.Offset.Value}";
            // What its consumers refuse is claimed as well as what they have applied.
            if (judged.EventId is { } id)
                known.ShouldContain(id, $"{place} is lost to {who}");
            if (judged.Fate == Fate.Letter || (judged.MayBeRefused && letters.Contains(place)))
                expected.Add(place);
            unknown += judged.IsUnknown ? 1 : 0;
        }

        letters.ShouldBe(expected, ignoreOrder: true, who);
        _metrics.Sum($"kafka.consumer.unknown group={group}").ShouldBe(unknown, who);
        ConsumerGroups
            .Topics[group]
            .Sum(t => _metrics.Sum($"dead_letters group={group} topic={t}"))
            .ShouldBe(letters.Count, who);
        WhatIsGoodIsApplied(group, known, letters);
    }

    private void WhatIsGoodIsApplied(
        string group,
        HashSet<Guid> known,
        IReadOnlyCollection<string> letters
    )
    {
        var own = _good.Where(g => ConsumerGroups.Applies(group, g.Type)).ToList();
        own.ShouldNotBeEmpty($"{group} is sent nothing good");
        foreach (var (type, id, place) in own)
        {
            var what = $"{type} at {place}, {group}, FUZZ_SEED={Seed}";
            known.ShouldContain(id, what);
            letters.ShouldNotContain(place, what);
        }
    }

    /// <summary>The events that the group has applied, or set aside as such.</summary>
    private async Task<HashSet<Guid>> KnownAsync(string group) =>
        (
            await _system.Database.ReadAsync<Guid>(
                """
                SELECT event_id FROM (
                    SELECT event_id, group_id FROM messaging.inbox
                    UNION ALL SELECT event_id, group_id FROM messaging.inbox_foreign) AS known
                JOIN messaging.consumer_groups USING (group_id) WHERE consumer_group = $1
                """,
                group
            )
        ).ToHashSet();

    private IEnumerable<ConsumeResult<byte[], byte[]>> ReadBy(string group) =>
        _records.Where(r => ConsumerGroups.Topics[group].Contains(TopicOf(r)));

    private string TopicOf(ConsumeResult<byte[], byte[]> record) =>
        record.Topic[_system.Kafka.Prefix.Length..];

    private string PlaceOf(ConsumeResult<byte[], byte[]> record) =>
        $"{TopicOf(record)}/{record.Partition.Value}";

    /// <summary>Partitions that the group has not read or committed to their ends.</summary>
    private async Task<IReadOnlyList<string>> BehindAsync(string group)
    {
        var ends = ReadBy(group)
            .GroupBy(PlaceOf)
            .ToDictionary(p => p.Key, p => p.Max(r => r.Offset.Value) + 1);
        var positions = await PositionsAsync(group);
        var committed = Committed(group, [.. ends.Keys]);
        return
        [
            .. ends.Where(e =>
                    positions.GetValueOrDefault(e.Key) != e.Value || committed[e.Key] != e.Value
                )
                .Select(e => $"{group} {e.Key}"),
        ];
    }

    private async Task<Dictionary<string, long>> PositionsAsync(string group)
    {
        var positions = await _system.Database.ReadAsync<string>(
            """
            SELECT topic || '/' || partition || '@' || next_offset
            FROM messaging.consumer_positions WHERE consumer_group = $1
            """,
            group
        );
        return positions
            .Select(p => p.Split('@'))
            .ToDictionary(p => p[0], p => long.Parse(p[1], CultureInfo.InvariantCulture));
    }

    private Dictionary<string, long> Committed(string group, string[] partitions)
    {
        var prefix = _system.Kafka.Prefix;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = _system.Kafka.BootstrapServers,
                GroupId = prefix + group,
            }
        ).Build();
        var asked = partitions
            .Select(p => p.Split('/'))
            .Select(p => new TopicPartition(
                prefix + p[0],
                int.Parse(p[1], CultureInfo.InvariantCulture)
            ));
        return consumer
            .Committed(asked, TimeSpan.FromSeconds(60))
            .ToDictionary(
                o => $"{o.Topic[prefix.Length..]}/{o.Partition.Value}",
                o => o.Offset.Value
            );
    }

    private async Task<HashSet<string>> LettersAsync(string group)
    {
        var letters = await _system.Database.ReadAsync<string>(
            """
            SELECT topic || '/' || partition || '@' || record_offset
            FROM messaging.dead_letters WHERE consumer_group = $1
            """,
            group
        );
        return [.. letters];
    }
}
