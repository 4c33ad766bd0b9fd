using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Messaging;

/// <summary>How far a group is with what it was told to read again.</summary>
/// <param name="FromTime">null for the start of the topics.</param>
/// <param name="State">running or done.</param>
/// <param name="Records">To be read again, those that Kafka deletes meanwhile among them.</param>
/// <param name="Read">Of these.</param>
internal sealed record ResetView(
    string Group,
    DateTimeOffset? FromTime,
    DateTimeOffset RequestedAt,
    string RequestedBy,
    string State,
    long Records,
    long Read,
    IReadOnlyList<Reread> Partitions
)
{
    public static readonly ResetView Example = Of(
        new ConsumerReset(
            "notification-service",
            null,
            Examples.HeldAt,
            "account 1",
            [new Reread(Topics.Users, 0, 0, 120, 480)]
        )
    );

    public static string PathOf(string group) => $"/api/ops/consumers/{group}/reset";

    public static ResetView Of(ConsumerReset reset) =>
        new(
            reset.Group,
            reset.FromTime,
            reset.RequestedAt,
            reset.RequestedBy,
            reset.Rereads.Any(r => r.Next < r.To) ? "running" : "done",
            reset.Rereads.Sum(r => r.To - r.From),
            reset.Rereads.Sum(r => r.Next - r.From),
            reset.Rereads
        );
}

/// <summary>An operator watches a group read again.</summary>
internal static class ShowReset
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/ops/consumers/{group}/reset", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ShowReset")
            .WithTags("Operations")
            .WithSummary("Show how far a reset is")
            .WithDescription("The last one of the group, by partition.")
            .WithParameter("group", "The group's name.", ResetView.Example.Group)
            .Produces<ResetView>()
            .WithResponseExample(200, ResetView.Example)
            .Refuses(NeverSetBack(ResetView.Example.Group));

    private static async Task<IResult> Handle(
        string group,
        ConsumerResets resets,
        CancellationToken stop
    ) =>
        await resets.FindAsync(group, stop) is { } reset
            ? TypedResults.Ok(ResetView.Of(reset))
            : NeverSetBack(group);

    private static Problem NeverSetBack(string group) =>
        Problems.NotFound(
            $"Nobody has set a consumer group {group} back.",
            "group",
            "names none that was set back"
        );
}
