using System.Text.Json;
using ConcertReservation.Contracts;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Telemetry;

/// <summary>What an operator is told of the pipeline, by whichever host.</summary>
internal sealed class OperationsTests
{
    private static readonly Dictionary<string, string[]> TopicsOfGroups = new(
        StringComparer.Ordinal
    )
    {
        ["notification-service"] = [.. Topics.Partitions.Keys],
        ["ranking-service"] = [Topics.Reservations, Topics.Concerts],
        ["data-platform"] = [.. Topics.Partitions.Keys],
        ["reservation-service"] = [Topics.Concerts, Topics.Payments, Topics.Users],
        ["payment-service"] = [Topics.Reservations],
        ["concert-service"] = [Topics.Reservations],
        ["dead-letter-projection"] = [.. Topics.Partitions.Keys.Select(Topics.DeadLetters)],
    };

    [TestCase(0)]
    [TestCase(1)]
    public async Task every_group_is_told_and_catches_up(int host)
    {
        var op = (await Given.TheOperator()).On(SharedSystem.System.Hosts[host]);
        await Given.ACustomer();

        var answer = await Eventually.Becomes(
            "every group has committed what there is",
            () => op.Api.Get("/api/ops/consumers"),
            seen =>
                seen.IsSuccess
                && seen["groups"].EnumerateArray().All(g => g.GetProperty("lag").GetInt64() == 0)
        );

        var groups = answer["groups"]
            .EnumerateArray()
            .ToDictionary(g => g.GetProperty("group").GetString()!);
        groups.Keys.ShouldBe(TopicsOfGroups.Keys, ignoreOrder: true);
        foreach (var (group, state) in groups)
        {
            state.GetProperty("isOurs").GetBoolean().ShouldBeTrue();
            state
                .GetProperty("partitions")
                .EnumerateArray()
                .Select(p => (p.GetProperty("topic").GetString(), Number(p, "partition")))
                .ShouldBe(
                    TopicsOfGroups[group]
                        .SelectMany(t =>
                            Enumerable
                                .Range(0, Topics.Partitions[t.Replace("-dlt", "")])
                                .Select(p => ((string?)t, (long)p))
                        ),
                    ignoreOrder: true
                );
        }

        groups["notification-service"]
            .GetProperty("partitions")
            .EnumerateArray()
            .Where(p => p.GetProperty("topic").GetString() == Topics.Users)
            .Sum(p => Number(p, "committedOffset"))
            .ShouldBeGreaterThan(0);
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task the_outbox_empties_and_says_so(int host)
    {
        var op = (await Given.TheOperator()).On(SharedSystem.System.Hosts[host]);
        await Given.ACustomer();

        var answer = await Eventually.Becomes(
            "nothing waits",
            () => op.Api.Get("/api/ops/outbox"),
            seen => seen.ShouldBe(OK)["depth"].GetInt64() == 0
        );

        answer["oldestAgeSeconds"].GetDouble().ShouldBe(0);
        answer["bytes"].GetInt64().ShouldBeGreaterThan(0);
        answer["budgetBytes"].GetInt64().ShouldBe(10_737_418_240);
        answer["relay"].GetProperty("epoch").GetInt64().ShouldBeGreaterThan(0);
        answer["relay"].GetProperty("kafka").GetString().ShouldNotBeNullOrEmpty();
        answer["relay"].GetProperty("movedAt").GetString().ShouldNotBeNull().ShouldEndWith("Z");
    }

    private static long Number(JsonElement element, string name) =>
        element.GetProperty(name).ValueKind == JsonValueKind.Null
            ? 0
            : element.GetProperty(name).GetInt64();
}
