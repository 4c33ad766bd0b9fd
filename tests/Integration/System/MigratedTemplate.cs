using System.Collections.Concurrent;
using ConcertReservation.Host;
using ConcertReservation.Host.Database;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Tests.Integration;

/// <summary>
/// A database past all migrations that nobody uses: PostgreSQL copies it for each test in less time
/// than the migrations take. It stays: <c>./test</c> begins with a new server each time.
/// </summary>
internal static class MigratedTemplate
{
    private static readonly ConcurrentDictionary<DateOnly, Lazy<Task<string>>> Made = new();

    /// <summary>Its name, on the server that the environment names.</summary>
    /// <remarks>One a day: it has partitions of the day, and of some that follow.</remarks>
    public static Task<string> NameAsync() =>
        Made.GetOrAdd(DateOnly.FromDateTime(DateTime.UtcNow), _ => new(MakeAsync)).Value;

    private static async Task<string> MakeAsync()
    {
        var database = await TestDatabase.CreateEmptyAsync("migrated");
        await MigrateAsync(database.ConnectionString);
        // Each system makes keys of its own.
        await database.ExecuteAsync("DELETE FROM accounts.data_protection_keys");
        // PostgreSQL copies none that somebody is connected to.
        await database.DataSource.DisposeAsync();
        return database.Name;
    }

    /// <summary>By a whole host, which is not started.</summary>
    private static async Task MigrateAsync(string connectionString)
    {
        await using var host = HostApplication.Create(
            ["--PORT=0"],
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(
                    new Dictionary<string, string?>(StringComparer.Ordinal)
                    {
                        ["ConnectionStrings:Postgres"] = connectionString,
                        ["ConnectionStrings:Redis"] = "127.0.0.1:1",
                        ["Kafka:BootstrapServers"] = "127.0.0.1:1",
                        // Nobody is in it: no account, no event.
                        ["Accounts:Operator:Email"] = "",
                    }
                );
                builder.Logging.ClearProviders();
            }
        );
        await host.Services.GetRequiredService<Migrator>().RunAsync(CancellationToken.None);
    }
}
