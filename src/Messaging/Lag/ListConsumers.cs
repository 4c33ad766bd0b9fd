using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Messaging;

/// <summary>Every group that reads our topics, and how far it is behind.</summary>
internal static class ListConsumers
{
    private const int RetryAfterSeconds = 5;

    internal sealed record ConsumerGroups(IReadOnlyList<ConsumerGroupState> Groups);

    /// <param name="Group">Of this system as it calls itself, others as Kafka knows them.</param>
    /// <param name="IsOurs">False for a group of another system.</param>
    /// <param name="Lag">Records that it has not committed, over all partitions.</param>
    internal sealed record ConsumerGroupState(
        string Group,
        bool IsOurs,
        long Lag,
        IReadOnlyList<ConsumedPartition> Partitions
    );

    /// <param name="CommittedOffset">
    /// Where the group goes on; null where it has committed nothing.
    /// </param>
    /// <param name="EndOffset">Where the partition's next record goes.</param>
    internal sealed record ConsumedPartition(
        string Topic,
        int Partition,
        long? CommittedOffset,
        long EndOffset,
        long Lag
    );

    private static readonly ConsumerGroups Example = new([
        new(
            "notification-service",
            IsOurs: true,
            Lag: 3,
            [new(Topics.Users, 0, CommittedOffset: 98, EndOffset: 101, Lag: 3)]
        ),
        new(
            "settlement-app",
            IsOurs: false,
            Lag: 0,
            [new(Topics.Payments, 5, CommittedOffset: 412, EndOffset: 412, Lag: 0)]
        ),
    ]);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/ops/consumers", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ListConsumers")
            .WithTags("Operations")
            .WithSummary("Lag of all consumer groups")
            .WithDescription(
                "By the brokers' own offsets, at most two seconds old: the groups of this system, "
                    + "whether a host runs them or not, and those of other systems that have "
                    + "committed an offset in one of its topics."
            )
            .Produces<ConsumerGroups>()
            .WithResponseExample(200, Example)
            .Refuses(NoAnswer());

    private static async Task<IResult> Handle(ConsumerLag lag, CancellationToken stop)
    {
        try
        {
            var groups = await lag.ReadAsync(stop);
            return TypedResults.Ok(new ConsumerGroups([.. groups.Select(StateOf)]));
        }
        catch (KafkaException)
        {
            return NoAnswer();
        }
    }

    private static Problem NoAnswer() =>
        Problems.Overloaded("Kafka does not answer just now.", RetryAfterSeconds);

    private static ConsumerGroupState StateOf(GroupLag group) =>
        new(
            group.Group,
            group.IsOurs,
            group.Lag,
            [
                .. group.Partitions.Select(p => new ConsumedPartition(
                    p.Topic,
                    p.Partition,
                    p.Committed,
                    p.End,
                    p.Lag
                )),
            ]
        );
}
