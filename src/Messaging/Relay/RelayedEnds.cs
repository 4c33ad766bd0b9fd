using ConcertReservation.Contracts;

namespace ConcertReservation.Messaging;

/// <summary>Where topics ended in Kafka, all of ours in them that was committed before.</summary>
/// <param name="Incarnation">Of this Kafka.</param>
/// <param name="Epoch">Of the relay: where it begins anew, that is in another one.</param>
/// <param name="Ends">Behind the last record of each partition that keeps any.</param>
public sealed record RelayedEnds(string Incarnation, long Epoch, IReadOnlyList<LogPosition> Ends)
{
    /// <summary>Whether a group has applied, or set apart, all that is before the ends.</summary>
    /// <param name="positions">Those of the group, in any Kafka.</param>
    public bool AreReachedBy(IReadOnlyList<LogPosition> positions)
    {
        var offsets = positions.ToDictionary(
            p => p.LogName,
            p => p.NextOffset,
            StringComparer.Ordinal
        );
        return Ends.All(e => offsets.GetValueOrDefault(e.LogName) >= e.NextOffset);
    }
}
