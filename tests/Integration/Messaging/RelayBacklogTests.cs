using System.Collections.Concurrent;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Confluent.Kafka;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// A backlog of 500,000 rows: read in pages, and after a crash continued where it was.
/// </summary>
[Category("Long")]
[NonParallelizable] // Its memory is the process's.
internal sealed class RelayBacklogTests
{
    private const int Rows = 500_000;
    private const int Keys = 5_000;
    private const int PageRows = 1_000;
    private const int PagesInFlight = 4;

    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task it_is_sent_whole_in_order_and_continued_after_a_crash()
    {
        await FillAsync();
        var memoryBefore = GC.GetTotalMemory(forceFullCollection: true);
        var host = await StartHostAsync();
        var kafka = host.Services.GetRequiredService<KafkaCluster>();
        var facts = await kafka.ReachableAsync(CancellationToken.None);
        await using var seen = new FollowsKafka(_system, facts.Incarnation);
        await Eventually.Becomes("a third is sent", () => seen.Count, c => c > Rows / 3);
        // Its memory is bounded by pages, not by the backlog.
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        (memory - memoryBefore).ShouldBeLessThan(Rows * 400L);
        await KillRelayAsync();
        await Eventually.Becomes(
            "it has taken over anew",
            () => _system.ScalarAsync<long>("SELECT epoch FROM messaging.relay_position"),
            e => e > 1
        );

        await Eventually.Becomes(
            "every row is in Kafka",
            () => seen.Distinct,
            d => d == Rows,
            TimeSpan.FromMinutes(3)
        );
        seen.OutOfOrder.ShouldBe(0);
        // Continued, not begun again: what was on its way at the crash, and no more, came twice.
        (seen.Count - Rows).ShouldBeLessThanOrEqualTo(PageRows * (PagesInFlight + 3));
    }

    private Task<IHost> StartHostAsync() =>
        _system.StartHostAsync(
            s => s.AddSingleton(new ConsumerGroup(FollowsKafka.Group, [typeof(Reads)])),
            ("Relay:PageRows", $"{PageRows}"),
            ("Relay:PagesInFlight", $"{PagesInFlight}")
        );

    /// <summary>
    /// All sessions of the host end at once, in the middle of whatever they did.
    /// </summary>
    private Task KillRelayAsync() =>
        _system.ExecuteAsync(
            $"""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name <> '{MessagingSystem.Tests}'
            """
        );

    private Task FillAsync() =>
        _system.ExecuteAsync(
            $"""
            INSERT INTO messaging.outbox
                (topic, key, event_id, event_type, version, occurred_at, module, body)
            SELECT 'reservation-events', 'reservation-' || n % {Keys}, gen_random_uuid(),
                'RESERVATION_CREATED', n / {Keys} + 1, now(), 'reservations', repeat('x', 50)::bytea
            FROM generate_series(0, {Rows} - 1) AS n
            """
        );

    private sealed class Reads : IConsumer<ReservationCreated>
    {
        public Task Consume(ConsumeContext<ReservationCreated> context) => Task.CompletedTask;
    }

    /// <summary>
    /// Reads along as a group whose positions the relay heeds: the embedded Kafka forgets what lies
    /// too far back.
    /// </summary>
    private sealed class FollowsKafka : IAsyncDisposable
    {
        public const string Group = "follows";

        private readonly MessagingSystem _system;
        private readonly string _incarnation;
        private readonly CancellationTokenSource _stop = new();
        private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<int, long> _next = [];
        private readonly Task _reading;
        private readonly Task _telling;
        private int _count;
        private int _distinct;
        private int _outOfOrder;

        public FollowsKafka(MessagingSystem system, string incarnation)
        {
            (_system, _incarnation) = (system, incarnation);
            _reading = Task.Factory.StartNew(
                Read,
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
            _telling = TellAsync();
        }

        public int Count => Volatile.Read(ref _count);

        /// <summary>Events, each counted once.</summary>
        public int Distinct => Volatile.Read(ref _distinct);

        /// <summary>First occurrences that were not the key's next version.</summary>
        public int OutOfOrder => Volatile.Read(ref _outOfOrder);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _reading;
            await _telling;
            _stop.Dispose();
        }

        /// <summary>Keeps the group's positions in the database up to date.</summary>
        private async Task TellAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (!_stop.IsCancellationRequested)
            {
                var positions = _next.Select(n =>
                    $"('{Group}', '{_incarnation}', '{Topics.Reservations}', {n.Key}, {n.Value})"
                );
                try
                {
                    if (!_next.IsEmpty)
                        await _system.ExecuteAsync(
                            $"""
                            INSERT INTO messaging.consumer_positions
                            VALUES {string.Join(',', positions)}
                            ON CONFLICT (consumer_group, incarnation, topic, partition)
                                DO UPDATE SET next_offset = excluded.next_offset
                            """
                        );
                }
                catch (NpgsqlException)
                {
                    // The test has cut this connection, too.
                }

                await timer.WaitForNextTickAsync();
            }
        }

        private void Read()
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(
                new ConsumerConfig
                {
                    BootstrapServers = _system.Kafka.BootstrapServers,
                    GroupId = _system.Kafka.Prefix + Group,
                    EnableAutoCommit = false,
                    // What is missed must be told, not passed over.
                    AutoOffsetReset = AutoOffsetReset.Error,
                }
            ).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            var topic = _system.Kafka.Prefix + Topics.Reservations;
            consumer.Assign(
                Enumerable
                    .Range(0, Topics.Partitions[Topics.Reservations])
                    .Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning))
            );
            while (!_stop.IsCancellationRequested)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } record)
                {
                    Note(record.Key(), record.Version());
                    _next[record.Partition.Value] = record.Offset.Value + 1;
                }
            }
        }

        private void Note(string key, long version)
        {
            Interlocked.Increment(ref _count);
            var last = _versions.GetValueOrDefault(key);
            if (version <= last)
                return;

            if (version > last + 1)
                Interlocked.Increment(ref _outOfOrder);
            _versions[key] = version;
            Interlocked.Increment(ref _distinct);
        }
    }
}
