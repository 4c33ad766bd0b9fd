namespace ConcertReservation.Tests.Faults.Soak;

internal enum FaultKind
{
    /// <summary>kill -9, and a start later.</summary>
    HostKilled,

    /// <summary>For longer than its session in a group and the relay's lock last.</summary>
    HostFrozen,

    /// <summary>As an operator stops and starts it.</summary>
    HostStopped,

    /// <summary>One more, which takes part in all groups for a while.</summary>
    HostJoined,

    /// <summary>Between two hosts and one of their services.</summary>
    LineTroubled,
    PostgresKilled,

    /// <summary>All at once, whatever they are doing.</summary>
    SessionsTerminated,

    /// <summary>By a stranger, in the middle of a transaction.</summary>
    TransactionLeftOpen,
    RedisKilled,
    RedisFlushed,
    BrokerKilled,

    /// <summary>The broker that answers for one of the groups.</summary>
    CoordinatorKilled,
    AllBrokersKilled,

    /// <summary>A group reads its topics again, from offset 0.</summary>
    GroupRewound,

    /// <summary>Records that are no events, in every topic.</summary>
    Poison,

    /// <summary>An operator has dead letters tried again.</summary>
    LettersReplayed,
    ProviderSlow,
    ProviderSilent,
    ProviderBroken,

    /// <summary>Every host's clock is ten minutes behind the database's at once.</summary>
    ClocksBehind,
}

/// <summary>One fault of a schedule.</summary>
/// <param name="Which">
/// Chooses the host, broker or group, or the line and what is wrong with it.
/// </param>
/// <param name="After">From the end of the one before.</param>
/// <param name="Lasts">Until it heals.</param>
internal sealed record Fault(FaultKind Kind, int Which, TimeSpan After, TimeSpan Lasts)
{
    private const int MaxPauseMs = 4_000;
    private const int ShortestMs = 1_000;
    private const int LongestMs = 9_000;

    /// <summary>Longer than a session of six seconds, which is the shortest one.</summary>
    private const int ShortestFrozenMs = 7_000;
    private const int LongestFrozenMs = 12_000;

    /// <summary>Hosts and their lines in one lane, what they need in the other.</summary>
    private static readonly FaultKind[][] Lanes =
    [
        [
            FaultKind.HostKilled,
            FaultKind.HostFrozen,
            FaultKind.HostStopped,
            FaultKind.HostJoined,
            FaultKind.LineTroubled,
            FaultKind.LineTroubled,
        ],
        [
            FaultKind.PostgresKilled,
            FaultKind.SessionsTerminated,
            FaultKind.TransactionLeftOpen,
            FaultKind.RedisKilled,
            FaultKind.RedisFlushed,
            FaultKind.BrokerKilled,
            FaultKind.CoordinatorKilled,
            FaultKind.AllBrokersKilled,
            FaultKind.GroupRewound,
            FaultKind.Poison,
            FaultKind.LettersReplayed,
            FaultKind.ProviderSlow,
            FaultKind.ProviderSilent,
            FaultKind.ProviderBroken,
            FaultKind.ClocksBehind,
        ],
    ];

    /// <summary>
    /// What happens in a round: of each lane one after the other, both lanes at once. The same seed
    /// gives the same schedule.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<Fault>> Schedule(int seed, TimeSpan length)
    {
        var random = new Random(seed);
        return [.. Lanes.Select(kinds => Lane(kinds, random, length))];
    }

    public override string ToString() =>
        $"after {After.TotalSeconds:0.0} s {Kind} {Which} for {Lasts.TotalSeconds:0.0} s";

    private static List<Fault> Lane(FaultKind[] kinds, Random random, TimeSpan length)
    {
        var faults = new List<Fault>();
        for (var time = TimeSpan.Zero; time < length; )
        {
            var kind = kinds[random.Next(kinds.Length)];
            var (shortest, longest) =
                kind == FaultKind.HostFrozen
                    ? (ShortestFrozenMs, LongestFrozenMs)
                    : (ShortestMs, LongestMs);
            var fault = new Fault(
                kind,
                random.Next(1_000),
                TimeSpan.FromMilliseconds(random.Next(MaxPauseMs)),
                TimeSpan.FromMilliseconds(random.Next(shortest, longest))
            );
            faults.Add(fault);
            time += fault.After + fault.Lasts;
        }

        return faults;
    }
}
