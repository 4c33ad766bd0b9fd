using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Messaging;

/// <summary>
/// Groups of other systems that read our topics. To know one, Kafka has to be asked for its
/// offsets, so those that have none in our topics are not asked about again for a while.
/// </summary>
internal sealed partial class ForeignGroups(
    KafkaClients clients,
    IEnumerable<ConsumerGroup> ours,
    IOptions<LagOptions> options,
    ILogger<ForeignGroups> logger
)
{
    /// <summary>As many as a metric should have values of.</summary>
    private const int MaxGroups = 50;

    /// <summary>Each one is a client and a question more.</summary>
    private const int MaxNewAtOnce = 10;

    private static readonly TimeSpan ListAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    private readonly HashSet<string> _ours =
    [
        .. ours.Select(g => g.Name).Append(DeadLetterProjection.Group).Select(clients.Prefixed),
    ];

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _dismissed = new(StringComparer.Ordinal);
    private long? _listedAt;
    private bool _toldRefusal;

    /// <summary>
    /// The groups whose offsets are to be read. <see cref="Found"/> and <see cref="Dismiss"/> then
    /// tell which of them read our topics.
    /// </summary>
    public IReadOnlyList<string> ToRead(bool isEmbedded)
    {
        List<string> named = [.. options.Value.Groups.Except(_ours)];
        // librdkafka's mock cluster does not tell its groups.
        if (isEmbedded || !options.Value.FindForeignGroups)
            return named;

        var candidates = IsDue() ? List().Where(MayReadOurs).Take(MaxNewAtOnce) : [];
        return [.. named.Union(_known).Union(candidates).Take(MaxGroups + MaxNewAtOnce)];
    }

    public void Found(string group)
    {
        if (_known.Count < MaxGroups || _known.Contains(group))
            _known.Add(group);
    }

    public void Dismiss(string group)
    {
        _known.Remove(group);
        _dismissed[group] = Stopwatch.GetTimestamp();
    }

    private bool IsDue() => _listedAt is not { } at || Stopwatch.GetElapsedTime(at) > ListAgain;

    private bool MayReadOurs(string group) =>
        !_ours.Contains(group) && !_known.Contains(group) && !_dismissed.ContainsKey(group);

    private List<string> List()
    {
        var admin = clients.Admin("lag");
        KafkaTeardown.Keep(admin);
        try
        {
            var there = admin
                .ListGroups(AnswerLimit)
                .Where(g => g.ProtocolType is "consumer" or "")
                .Select(g => g.Group)
                .ToHashSet(StringComparer.Ordinal);
            _known.IntersectWith(there);
            foreach (var (group, at) in _dismissed.ToArray())
            {
                if (!there.Contains(group) || Stopwatch.GetElapsedTime(at) > LookAgain)
                    _dismissed.Remove(group);
            }

            // With more new ones than are looked at now, the others' turn is the next time.
            if (there.Count(MayReadOurs) <= MaxNewAtOnce)
                _listedAt = Stopwatch.GetTimestamp();
            return [.. there.Order(StringComparer.Ordinal)];
        }
        catch (KafkaException e)
        {
            // Those that are known are told on.
            if (!_toldRefusal)
                LogRefused(e.Error.Reason);
            _toldRefusal = true;
            _listedAt = Stopwatch.GetTimestamp();
            return [];
        }
        finally
        {
            KafkaTeardown.End(admin, TimeSpan.FromSeconds(1));
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Kafka does not tell its consumer groups, so other systems' lag is not known: {Reason}"
    )]
    private partial void LogRefused(string reason);
}
