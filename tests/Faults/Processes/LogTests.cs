using System.Text.Json;
using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>What a host writes where no terminal is, during a whole sale.</summary>
internal sealed class LogTests
{
    private const int Customers = 5;
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    /// <summary>
    /// All that the libraries say of what they do, far more than one would keep; and what fails is
    /// given up soon.
    /// </summary>
    private static readonly (string, string)[] Talkative =
    [
        ("Logging:LogLevel:Default", "Debug"),
        ("Logging:LogLevel:Microsoft", "Debug"),
        ("Logging:LogLevel:MassTransit", "Debug"),
        ("Logging:LogLevel:Npgsql", "Debug"),
        ("Kafka:Consuming:RetryDelayMilliseconds", "20"),
    ];

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task the_log_of_a_sale_and_of_a_failure_is_json_with_traces_and_names_nobody()
    {
        var host = await _system.StartHostAsync(Talkative);
        var crowd = await Crowd.GatherAsync(_system, Customers);
        var mina = new Client(_system, Customers);
        await RefuseWelcomesAsync();
        await mina.SignUpAsync();
        crowd.StartBuying();
        await crowd.WaitUntilSoldOutAsync();
        await AskWithATraceAsync(host);
        await Eventually.Until("everybody has all mails", async () => await PendingAsync() == 0);
        await Eventually.Until(
            "what could not be applied is a dead letter, with her address",
            async () => await LettersAsync() > 0
        );
        host.Stop();

        var lines = host.Said("");
        lines.Count.ShouldBeGreaterThan(1000);
        foreach (var line in lines)
            ShouldBeAMessage(line);
        lines.ShouldContain(l => ScopesOf(l).Contains(TraceId));
        foreach (var secret in await SecretsAsync(mina))
            lines.FirstOrDefault(l => l.Contains(secret, Ignoring)).ShouldBeNull(secret);
    }

    [TestCase("simple")]
    [TestCase("json")]
    [Category("Long")]
    public async Task the_format_can_be_chosen(string format)
    {
        var host = await _system.StartHostAsync(("Logging:Console:FormatterName", format));
        host.Stop();

        host.Said("")[0].StartsWith('{').ShouldBe(format == "json");
    }

    private const StringComparison Ignoring = StringComparison.OrdinalIgnoreCase;

    private static void ShouldBeAMessage(string line)
    {
        using var json = JsonDocument.Parse(line);
        foreach (var name in new[] { "Timestamp", "LogLevel", "Category", "Message" })
            json.RootElement.GetProperty(name).GetString().ShouldNotBeNull(line);
        json.RootElement.GetProperty("Timestamp").GetDateTimeOffset().Offset.ShouldBe(default);
    }

    private static string ScopesOf(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.TryGetProperty("Scopes", out var scopes) ? scopes.GetRawText() : "";
    }

    private static async Task AskWithATraceAsync(HostProcess host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/concerts");
        request.Headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");
        using var response = await host.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>With a failure that quotes what it was about.</summary>
    private Task RefuseWelcomesAsync() =>
        _system.Database.ExecuteAsync(
            """
            CREATE FUNCTION notifications.refuse() RETURNS trigger LANGUAGE plpgsql AS
                $f$ BEGIN RAISE EXCEPTION 'No mail to %', NEW.recipient; END $f$;
            CREATE TRIGGER refuse BEFORE INSERT ON notifications.mails FOR EACH ROW
                WHEN (NEW.kind = 'welcome') EXECUTE FUNCTION notifications.refuse();
            """
        );

    private Task<long> LettersAsync() =>
        _system.Database.ScalarAsync<long>(
            """
            SELECT count(*) FROM messaging.dead_letters
            WHERE exception_message LIKE '%No mail to customer-5@test.example%'
            """
        );

    private Task<long> PendingAsync() =>
        _system.Database.ScalarAsync<long>(
            """
            SELECT count(*) FROM reservations.reservations r
            WHERE status = 'CONFIRMED' AND NOT EXISTS (
                SELECT FROM notifications.mails m
                WHERE m.user_id = r.customer_id AND m.kind = 'confirmed' AND m.state = 'sent')
            """
        );

    /// <summary>What customers and the operator would not want anybody to read.</summary>
    private async Task<IReadOnlyList<string>> SecretsAsync(Client customer)
    {
        var hashes = await _system.Database.ReadAsync<string>(
            "SELECT password_hash FROM accounts.customers WHERE password_hash IS NOT NULL"
        );
        hashes.Count.ShouldBeGreaterThan(Customers);
        return
        [
            "@test.example",
            Client.Name,
            Client.Password,
            FaultSystem.OperatorPassword,
            Provider.GoodCard,
            customer.Token!,
            .. hashes,
        ];
    }
}
