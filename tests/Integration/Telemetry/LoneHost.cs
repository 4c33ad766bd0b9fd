namespace ConcertReservation.Tests.Integration.Telemetry;

/// <summary>
/// A host that has found none of its services: it is there all the same, and costs no test time.
/// </summary>
internal static class LoneHost
{
    public static async Task<TestHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:Postgres"] = "Host=127.0.0.1;Port=1;Username=x;Database=x",
            ["ConnectionStrings:Redis"] = "127.0.0.1:1",
            ["Kafka:BootstrapServers"] = "127.0.0.1:1",
        };
        foreach (var (key, value) in settings)
            all[key] = value;
        var host = new TestHost("lone", all);
        await host.StartAsync();
        return host;
    }
}
