using System.Diagnostics;
using ConcertReservation.Verification.Invariants;
using ConcertReservation.Verification.Loading;
using Confluent.Kafka;
using Npgsql;
using StackExchange.Redis;

namespace ConcertReservation.Verification;

/// <summary>Waits until a system is at rest, reads it from outside and judges it.</summary>
internal sealed class Verifier(VerificationSettings settings)
{
    /// <summary>A system that moves while it is read is read again, this often.</summary>
    private const int MaxReadings = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <param name="bound">Everything has to drain within this.</param>
    public async Task<(History History, IReadOnlyList<Finding> Findings)> RunAsync(
        IReadOnlyList<JournalEntry>? journal,
        TimeSpan bound,
        CancellationToken stop
    )
    {
        await using var dataSource = NpgsqlDataSource.Create(settings.Postgres);
        using var rankings = await RedisRankings.ConnectAsync(settings.Redis);
        var log = new KafkaLog(settings.Kafka, settings.KafkaPrefix);
        var (after, left) = await Draining.WaitAsync(dataSource, rankings, log, bound, stop);
        var history = await ReadAtRestAsync(dataSource, rankings, stop) with
        {
            Journal = journal,
            DrainedAfter = after,
            Undrained = left,
        };
        return (history, All.Check(history));
    }

    private async Task<History> ReadAtRestAsync(
        NpgsqlDataSource dataSource,
        RedisRankings rankings,
        CancellationToken stop
    )
    {
        for (var reading = 1; ; reading++)
        {
            var before = await LastWorkAsync(dataSource, stop);
            var history = await ReadPatientlyAsync(dataSource, rankings, stop);
            if (reading == MaxReadings || await LastWorkAsync(dataSource, stop) == before)
                return history;
        }
    }

    /// <summary>
    /// What fails for a moment, as while a group's coordinator moves, is asked again.
    /// </summary>
    private async Task<History> ReadPatientlyAsync(
        NpgsqlDataSource dataSource,
        RedisRankings rankings,
        CancellationToken stop
    )
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await ReadAsync(dataSource, rankings, stop);
            }
            catch (Exception e)
                when (e is KafkaException or RedisException or TimeoutException
                    && Stopwatch.GetElapsedTime(began) < Patience
                )
            {
                await Task.Delay(Pause, stop);
            }
        }
    }

    private async Task<History> ReadAsync(
        NpgsqlDataSource dataSource,
        RedisRankings rankings,
        CancellationToken stop
    )
    {
        var history = await PostgresSnapshot.ReadAsync(dataSource, stop);
        var log = new KafkaLog(settings.Kafka, settings.KafkaPrefix);
        var contents = await Task.Run(log.Read, stop);
        var committed = await Task.Run(
            () => ConsumerGroups.Topics.Keys.ToDictionary(g => g, log.Committed),
            stop
        );
        var (letters, whole) = await Task.Run(log.ReadLetters, stop);
        var ranked = await rankings.ReadAsync();
        return history with
        {
            PaymentExtension = settings.PaymentExtension,
            Partitions = contents.Partitions,
            Log = contents.Records,
            Unreadable = contents.Unreadable,
            Buried = letters,
            WholeDeadLetterTopics = whole,
            CardOrders = ProviderBooks.Read(settings.ProviderBooks),
            HasOwnProvider = settings.HasOwnProvider,
            Rankings = ranked?.Scores,
            RankingNames = ranked?.Names ?? history.RankingNames,
            Positions = [.. WithOffsets(history.Positions, committed)],
        };
    }

    /// <summary>Each group's position, and what it told Kafka where it has none.</summary>
    private static IEnumerable<GroupPosition> WithOffsets(
        IReadOnlyList<GroupPosition> positions,
        Dictionary<string, IReadOnlyDictionary<(string Topic, int Partition), long>> committed
    )
    {
        var noted = positions.Select(p => (p.Group, p.Topic, p.Partition)).ToHashSet();
        var told = committed.SelectMany(group =>
            group.Value.Select(place => new GroupPosition(
                group.Key,
                place.Key.Topic,
                place.Key.Partition,
                Applied: 0,
                place.Value
            )
            {
                IsNoted = false,
            })
        );
        return positions
            .Select(p => p with { Committed = Told(p) })
            .Concat(told.Where(p => !noted.Contains((p.Group, p.Topic, p.Partition))));

        long? Told(GroupPosition position) =>
            committed.TryGetValue(position.Group, out var offsets)
            && offsets.TryGetValue((position.Topic, position.Partition), out var offset)
                ? offset
                : null;
    }

    /// <summary>Changes whenever a module or a consumer did anything.</summary>
    private static async Task<(long Published, long Applied)> LastWorkAsync(
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        await using var db = await dataSource.OpenConnectionAsync(stop);
        var work = await db.ListAsync(
            """
            SELECT (SELECT coalesce(max(seq), 0) FROM messaging.outbox),
                (SELECT coalesce(sum(next_offset), 0) FROM messaging.consumer_positions)::bigint
            """,
            r => (r.GetInt64(0), r.GetInt64(1)),
            stop
        );
        return work[0];
    }
}
