using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Messaging;

/// <summary>
/// Brings what other systems write to the dead letter topics into <c>messaging.dead_letters</c>,
/// to be seen beside ours. Our own are there since the transaction that gave their record up.
/// </summary>
internal sealed class DeadLetterProjection(
    IServiceScopeFactory scopes,
    AllRoutes routes,
    KafkaClients clients,
    ConsumingMetrics metrics
) : IBatchUnit
{
    public const string Group = "dead-letter-projection";

    /// <summary>Who wrote a record that does not say which group failed.</summary>
    private const string UnknownGroup = "unknown";

    public static GroupRoutes Routes { get; } =
        GroupRoutes.None(Group, [.. Topics.Partitions.Keys.Select(Topics.DeadLetters)]);

    public async Task ApplyAsync(
        GroupPartition partition,
        IReadOnlyList<ReceivedEvent> batch,
        BatchAttempt attempt,
        CancellationToken stop
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        var next = batch[^1].Record.Offset + 1;
        await InboxTable.AdvanceAsync(work.Connection, partition, next, stop);
        // A letter that the table cannot hold is left where it is, and logged by the worker.
        List<LetterRow> letters = attempt.GivenUp is null
            ? [.. batch.Select(ForeignLetter).OfType<LetterRow>()]
            : [];
        var isNew = await DeadLetterTable.InsertAsync(work.Connection, letters, stop);
        await work.CommitAsync(stop);
        foreach (var letter in letters.Where((_, i) => isNew[i]))
            metrics.DeadLetter(letter.At.Group, letter.At.Topic);
    }

    /// <returns>null for a letter of our own.</returns>
    private LetterRow? ForeignLetter(ReceivedEvent received)
    {
        var record = received.Record;
        var named = record.Header(DeadLetterHeaders.OriginalConsumerGroup);
        var own = named is null ? null : clients.Unprefixed(named);
        if (own is not null && routes.Groups.Contains(own))
            return null;

        var group = own ?? named ?? UnknownGroup;
        // Of another system that has no prefix, or another one: not to be taken for ours.
        if (routes.Groups.Contains(group))
            group += " (foreign)";

        return new LetterRow(
            Origin(record, DeadLetterTable.Storable(group)),
            record,
            Guid.TryParseExact(record.Header("ce_id"), "D", out var id) ? id : null,
            received.EventType,
            DeadLetterStatus.Waiting,
            record.Header(DeadLetterHeaders.ExceptionType) ?? "unknown",
            record.Header(DeadLetterHeaders.ExceptionMessage) ?? "",
            IsClaimed: false,
            new FoundLetter(record.Partition, record.Offset)
        );
    }

    /// <summary>Where the record was; its place in the dead letter topic, if it does not
    /// say.</summary>
    private LetterPlace Origin(KafkaRecord record, string group)
    {
        var topic = record.Header(DeadLetterHeaders.OriginalTopic);
        var partition = Number(record, DeadLetterHeaders.OriginalPartition);
        var offset = Number(record, DeadLetterHeaders.OriginalOffset);
        return topic is not null && partition is >= 0 and <= int.MaxValue && offset is >= 0
            ? new LetterPlace(
                group,
                DeadLetterTable.Storable(clients.Unprefixed(topic) ?? topic),
                (int)partition,
                record.Incarnation,
                offset.Value
            )
            : new LetterPlace(
                group,
                record.Topic,
                record.Partition,
                record.Incarnation,
                record.Offset
            );
    }

    private static long? Number(KafkaRecord record, string header) =>
        RecordHeaders.Last(record.Headers, header) is { } value
            ? DeadLetterHeaders.Number(header, value)
            : null;
}
