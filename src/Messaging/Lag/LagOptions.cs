using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.Messaging;

/// <summary>
/// Section <c>Kafka:Lag</c>: which consumer groups the lag is told of, and how often it is looked
/// at.
/// </summary>
public sealed class LagOptions
{
    public const string Section = "Kafka:Lag";

    /// <summary>Between two measurements, by the host that is the relay.</summary>
    [Range(1, 3600)]
    public int IntervalSeconds { get; init; } = 15;

    /// <summary>
    /// Groups of other systems, too, which Kafka is asked for: those that have committed an offset
    /// in a topic of ours.
    /// </summary>
    public bool FindForeignGroups { get; init; } = true;

    /// <summary>
    /// Groups of other systems by name, for a Kafka that does not tell its groups.
    /// </summary>
    [MaxLength(50)]
    public IReadOnlyList<string> Groups { get; init; } = [];
}
