using ConcertReservation.Verification;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Verification;

/// <summary>The invariants of a whole system, computed from outside.</summary>
internal static class Checking
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Finding>> VerifyAsync(this TestSystem system)
    {
        var configuration = system.HostA.Services.GetRequiredService<IConfiguration>();
        var settings = new VerificationSettings(
            configuration.GetConnectionString("Postgres")!,
            configuration.GetConnectionString("Redis")!,
            system.Kafka.BootstrapServers,
            system.Kafka.Prefix
        );
        var (_, findings) = await new Verifier(settings).RunAsync(
            journal: null,
            Bound,
            CancellationToken.None
        );
        return findings;
    }

    /// <summary>Everything has drained, and no invariant is violated.</summary>
    public static async Task HasLostNothing(this TestSystem system)
    {
        foreach (var finding in await system.VerifyAsync())
            finding.Violations.ShouldBeEmpty(finding.Told);
    }
}
