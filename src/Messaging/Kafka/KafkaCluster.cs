using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>What the Kafka behind the bootstrap address answered last.</summary>
/// <param name="Incarnation">Another one means that this Kafka has forgotten everything.</param>
/// <param name="IsEmbedded">
/// The mock cluster of LocalServices: small partitions, no administration.
/// </param>
/// <param name="Brokers">Brokers in the cluster's answer.</param>
/// <param name="Topics">How its topics are, as far as it tells.</param>
internal sealed record KafkaFacts(
    string Incarnation,
    bool IsEmbedded,
    int Brokers,
    TopicFacts Topics
);

/// <param name="Mismatches">
/// Where topics differ from the plan, are missing or cannot be looked at; reported, never changed.
/// </param>
/// <param name="AreAllThere">Else events of the missing ones wait in the outbox.</param>
/// <param name="AreSettled">Nothing is left to try again.</param>
/// <param name="Made">Names, with the prefix, of those that this host has just made.</param>
internal sealed record TopicFacts(
    IReadOnlyList<string> Mismatches,
    bool AreAllThere,
    bool AreSettled,
    IReadOnlyList<string> Made
)
{
    public static TopicFacts AsPlanned { get; } = new([], AreAllThere: true, AreSettled: true, []);
}

/// <summary>
/// Whether Kafka is there, and which one it is. <see cref="KafkaWatch"/> keeps it up to date;
/// topics that can be made exist from the first facts on.
/// </summary>
internal sealed class KafkaCluster
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _asked = new(0, 1);
    private List<TaskCompletionSource<KafkaFacts>> _waiting = [];
    private volatile KafkaFacts? _facts;

    /// <summary>null before the first answer and while Kafka is away.</summary>
    public KafkaFacts? Facts => _facts;

    /// <summary>What is known, as soon as anything is.</summary>
    public async Task<KafkaFacts> ReachableAsync(CancellationToken stop) =>
        _facts ?? await ConfirmAsync(stop);

    /// <summary>
    /// Asks Kafka anew, for however long that takes: after an outage it may be another one.
    /// </summary>
    public Task<KafkaFacts> ConfirmAsync(CancellationToken stop)
    {
        var answer = new TaskCompletionSource<KafkaFacts>(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        lock (_gate)
        {
            _waiting.Add(answer);
            if (_asked.CurrentCount == 0)
                _asked.Release();
        }

        return answer.Task.WaitAsync(stop);
    }

    /// <summary>
    /// Asked after something was read from Kafka: whoever answered before may have replaced the one
    /// that is known, and be empty.
    /// </summary>
    /// <exception cref="KafkaException">It does not answer within the limit.</exception>
    public async Task<bool> IsStillAsync(string incarnation, TimeSpan limit, CancellationToken stop)
    {
        try
        {
            return (await ConfirmAsync(stop).WaitAsync(limit, stop)).Incarnation == incarnation;
        }
        catch (TimeoutException e)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut, "No incarnation."), e);
        }
    }

    /// <summary>For the watch: who is answered by a question asked from now on.</summary>
    public IReadOnlyList<TaskCompletionSource<KafkaFacts>> BeginQuestion()
    {
        lock (_gate)
        {
            var waiting = _waiting;
            _waiting = [];
            return waiting;
        }
    }

    /// <summary>For the watch: no answer; whoever waits, waits on for a later one.</summary>
    public void Lost(IReadOnlyList<TaskCompletionSource<KafkaFacts>> waiting)
    {
        _facts = null;
        lock (_gate)
            _waiting.AddRange(waiting);
    }

    /// <summary>For the watch: Kafka answered.</summary>
    public void Answered(IReadOnlyList<TaskCompletionSource<KafkaFacts>> waiting, KafkaFacts facts)
    {
        _facts = facts;
        foreach (var answer in waiting)
            answer.TrySetResult(facts);
    }

    /// <summary>For the watch: returns when somebody asks, or after the interval.</summary>
    public Task AskedAsync(TimeSpan interval, CancellationToken stop) =>
        _asked.WaitAsync(interval, stop);
}
