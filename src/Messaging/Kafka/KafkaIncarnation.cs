using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>
/// Which Kafka it is: its cluster id and, for the embedded one, whose cluster id is always the
/// same, the name of the marker topic that it makes anew at each start.
/// </summary>
internal static class KafkaIncarnation
{
    public const string MarkerPrefix = "__incarnation-";

    public static string Of(string clusterId, string? marker) =>
        marker is null ? clusterId : clusterId + "/" + marker;

    public static string? Marker(Metadata metadata) =>
        metadata
            .Topics.Select(t => t.Topic)
            .FirstOrDefault(t => t.StartsWith(MarkerPrefix, StringComparison.Ordinal));
}
