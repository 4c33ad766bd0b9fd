using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using ConcertReservation.Verification.Loading;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// What has to become of a record in a group, by the contract and by how the verifier reads it: the
/// groups' own reader has no say.
/// </summary>
/// <param name="EventId">Of an event that the group has to apply; else null.</param>
/// <param name="IsUnknown">It is passed over for its type, which nobody here knows.</param>
internal sealed record RecordJudge(Fate Fate, Guid? EventId, bool IsUnknown)
{
    /// <summary>A consumer can have its reasons.</summary>
    public bool MayBeRefused => Fate == Fate.Applied;

    /// <param name="topic">Without the prefix.</param>
    public static RecordJudge Of(string group, string topic, ConsumeResult<byte[], byte[]> record)
    {
        var (read, type, _) = RecordReader.Read(topic, record.Message!);
        var applies = type is null || ConsumerGroups.Applies(group, type);
        if (applies && read is not null)
            return new RecordJudge(Fate.Applied, read.EventId, IsUnknown: false);

        // What a stranger writes need not be an event as ours are, for the event store neither.
        var isUnknown = type is not null && !EventCatalogue.ByName.ContainsKey(type);
        return new RecordJudge(
            applies && !isUnknown ? Fate.Letter : Fate.Skipped,
            EventId: null,
            isUnknown
        );
    }
}
