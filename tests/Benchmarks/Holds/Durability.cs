namespace ConcertReservation.Tests.Benchmarks;

/// <summary>Whether the server makes a commit durable before it answers.</summary>
internal static class Durability
{
    private static readonly string[] Settings = ["fsync", "synchronous_commit", "full_page_writes"];

    public static async Task<Check> CheckAsync(BenchDatabase database, CancellationToken stop)
    {
        var off = new List<string>();
        foreach (var setting in Settings)
        {
            var value = await database.ScalarAsync<string>($"SHOW {setting}", stop);
            if (value != "on")
                off.Add($"{setting} is {value}");
        }

        return new Check($"{string.Join(", ", Settings)} are on", off);
    }
}
