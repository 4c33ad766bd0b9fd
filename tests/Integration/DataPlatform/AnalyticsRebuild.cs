using System.Net;

namespace ConcertReservation.Tests.Integration.DataPlatform;

/// <summary>How tests have the statistics built anew, and hold that up.</summary>
internal static class AnalyticsRebuild
{
    public const string Path = "/api/ops/analytics/rebuild";

    /// <summary>Small pages, so that a small store takes many.</summary>
    public static IReadOnlyDictionary<string, string?> Settings(int pageEvents) =>
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DataPlatform:RebuildPageEvents"] = $"{pageEvents}",
            ["DataPlatform:RebuildCheckMilliseconds"] = "50",
            ["DataPlatform:RebuildRetryMilliseconds"] = "200",
        };

    public static async Task<Answer> RequestAsync(Persona caller)
    {
        var accepted = await caller.Api.Post(Path);
        accepted.ShouldBe(HttpStatusCode.Accepted);
        accepted.Headers["Location"].ShouldBe(Path);
        return accepted;
    }

    public static Task<Answer> DoneAsync(Persona caller) =>
        Eventually.Becomes(
            "the statistics are built anew",
            () => caller.Api.Get(Path),
            seen => seen["state"].GetString() == "done"
        );

    public static async Task<Answer> RunAsync(Persona caller)
    {
        await RequestAsync(caller);
        return await DoneAsync(caller);
    }
}
