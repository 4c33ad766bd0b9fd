using ConcertReservation.BuildingBlocks.Http;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Messaging;

/// <summary>An operator sets a consumer group back.</summary>
internal static class ResetConsumers
{
    private const string Start = "start";
    private const string Rule = "must be start, or " + RequestTime.Description;
    private const int RetryAfterSeconds = 5;

    /// <param name="To">start, or a time.</param>
    internal sealed record Request(string To);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/ops/consumers/{group}/reset", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ResetConsumers")
            .WithTags("Operations")
            .WithSummary("Set a consumer group back")
            .WithDescription(
                "The group reads again what Kafka has since then, on all hosts, within seconds. "
                    + "Events that it has applied pass without effect; what it has not applied is "
                    + "applied. `to` is `start` or a time. What Kafka has deleted cannot be read "
                    + "again: rankings and statistics are rebuilt from the event store. Another "
                    + "reset replaces one that still runs."
            )
            .WithParameter("group", "The group's name.", ResetView.Example.Group)
            .WithRequestExample(new Request(Start))
            .Produces<ResetView>(202)
            .WithResponseExample(202, ResetView.Example)
            .WithResponseHeader(
                202,
                "Location",
                "Where its progress is.",
                ResetView.PathOf(ResetView.Example.Group)
            )
            .Refuses(
                Problems.Validation("to", Rule),
                NoSuchGroup(ResetView.Example.Group),
                KafkaAway()
            );

    public static Problem NoSuchGroup(string group) =>
        Problems.NotFound($"There is no consumer group {group} here.", "group", "names none");

    private static async Task<IResult> Handle(
        string group,
        Request request,
        CurrentCustomer by,
        AllRoutes routes,
        ConsumerResets resets,
        CancellationToken stop
    )
    {
        if (!routes.Groups.Contains(group))
            return NoSuchGroup(group);

        DateTimeOffset? from = null;
        if (request.To != Start)
        {
            if (!RequestTime.TryParse(request.To, out var time))
                return Problems.Validation("to", Rule);

            from = time;
        }

        try
        {
            await resets.ResetAsync(group, from, by.KeptName, stop);
        }
        catch (KafkaException)
        {
            return KafkaAway();
        }

        var reset = await resets.FindAsync(group, stop);
        return TypedResults.Accepted(ResetView.PathOf(group), ResetView.Of(reset!));
    }

    private static Problem KafkaAway() =>
        Problems.Overloaded(
            "Kafka is away: nobody knows where that time begins.",
            RetryAfterSeconds
        );
}
