using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace ConcertReservation.LocalServices;

/// <summary>
/// PostgreSQL, Redis, Kafka and the payment sandbox, each only where the environment names none;
/// they stop in the opposite order.
/// </summary>
internal sealed class ServiceSet
{
    private const string OperatorEmail = "operator@concert.example";
    private const string SandboxVariable = "Payments__Gateway__BaseAddress";

    /// <summary>The sandbox's default; it guards nothing.</summary>
    private const string SandboxKey = "test_sk_concert_reservation";
    private static readonly TimeSpan SandboxPatience = TimeSpan.FromSeconds(60);

    private readonly ServiceDirectory _directory;
    private readonly Stack<ILocalService> _services = [];
    private LocalProgram? _sandbox;

    private ServiceSet(ServiceDirectory directory) => _directory = directory;

    public IEnumerable<ILocalService> Services => _services;

    /// <summary>
    /// Starts what is missing; what has started is stopped where another one fails.
    /// </summary>
    /// <param name="sandbox">The payment sandbox's assembly; null for none.</param>
    /// <param name="say">Tells the reader which service is used, a line each.</param>
    public static async Task<(ServiceSet Services, RunFile Addresses)> StartAsync(
        ServiceDirectory directory,
        string? sandbox,
        Action<string> say,
        CancellationToken stop
    )
    {
        var set = new ServiceSet(directory);
        try
        {
            return (set, await set.StartAsync(sandbox, say, stop));
        }
        catch
        {
            await set.StopAsync();
            throw;
        }
    }

    /// <summary>
    /// Ends what an owner who died left running, and throws away what it and its like have written.
    /// </summary>
    public static async Task DiscardLeftAsync(ServiceDirectory directory)
    {
        // A server whose sessions still write must not lose its files under them.
        await LocalPostgres.StopLeftAsync(directory);
        foreach (var left in directory.AllLeft())
        {
            left.Kill();
            await left.WaitAsync(CancellationToken.None);
        }

        directory.Clear();
    }

    /// <summary>Adds one that was started elsewhere: it stops before the others.</summary>
    public void Add(ILocalService service) => _services.Push(service);

    /// <summary>
    /// The sandbox, where it is ours, tells the host of payments, unless the environment names
    /// somebody else.
    /// </summary>
    /// <exception cref="StartException">The sandbox does not want to.</exception>
    public async Task TellOfPaymentsAsync(LocalProgram host, CancellationToken stop)
    {
        if (_sandbox is not { } sandbox || Configured("Sandbox__WebhookUrl") is not null)
            return;

        var key = Configured("Sandbox__SecretKey") ?? SandboxKey;
        using var http = new HttpClient { Timeout = SandboxPatience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":"))
        );
        using var answer = await http.PutAsJsonAsync(
            new Uri($"{sandbox.Url}/v1/webhook"),
            new { url = $"{host.Url}/api/payments/webhooks/toss" },
            stop
        );
        if (!answer.IsSuccessStatusCode)
        {
            var said = await answer.Content.ReadAsStringAsync(stop);
            throw new StartException($"{sandbox.Name} takes no address for webhooks: {said}");
        }
    }

    public async Task StopAsync()
    {
        while (_services.TryPop(out var service))
            await service.StopAsync();
    }

    private async Task<RunFile> StartAsync(
        string? sandbox,
        Action<string> say,
        CancellationToken stop
    )
    {
        if (Configured("Kafka__BootstrapServers") is null && Configured("KAFKA_HOME") is { } home)
            LocalBrokers.RequireJava(home);
        var postgres = await StartPostgresAsync(say, stop);
        var redis = await StartRedisAsync(say, stop);
        var (kind, kafka) = await StartKafkaAsync(say, stop);
        var mailFolder = _directory.In("mail");
        Directory.CreateDirectory(mailFolder);
        var addresses = new RunFile
        {
            Pid = Environment.ProcessId,
            Postgres = postgres,
            Redis = redis,
            Kafka = kafka,
            KafkaKind = kind,
            MailFolder = mailFolder,
            Operator = new OperatorAccount(OperatorEmail, OperatorPassword()),
        };
        return addresses with { Sandbox = await StartSandboxAsync(sandbox, stop) };
    }

    /// <summary>Meets the rules for passwords: upper and lower case, a digit, a mark.</summary>
    private string OperatorPassword() => $"Op-{_directory.Secret("operator")}1";

    private async Task<string> StartPostgresAsync(Action<string> say, CancellationToken stop)
    {
        if (Configured("ConnectionStrings__Postgres") is { } configured)
        {
            say("PostgreSQL as ConnectionStrings__Postgres names it");
            return configured;
        }

        return Started(await LocalPostgres.StartAsync(_directory, stop), say).ConnectionString;
    }

    private async Task<string> StartRedisAsync(Action<string> say, CancellationToken stop)
    {
        if (Configured("ConnectionStrings__Redis") is { } configured)
        {
            say("Redis as ConnectionStrings__Redis names it");
            return configured;
        }

        return Started(await LocalRedis.StartAsync(_directory, stop), say).ConnectionString;
    }

    private async Task<(KafkaKind Kind, string BootstrapServers)> StartKafkaAsync(
        Action<string> say,
        CancellationToken stop
    )
    {
        if (Configured("Kafka__BootstrapServers") is { } configured)
        {
            say($"Kafka as Kafka__BootstrapServers names it: {configured}");
            return (KafkaKind.Configured, configured);
        }

        if (Configured("KAFKA_HOME") is { } kafkaHome)
        {
            var brokers = await LocalBrokers.StartAsync(_directory, kafkaHome, stop);
            return (KafkaKind.Brokers, Started(brokers, say).BootstrapServers);
        }

        await LocalBrokers.StopLeftAsync(_directory);
        var embedded = EmbeddedKafka.Start();
        Started(new LocalEmbeddedKafka(embedded), say);
        return (KafkaKind.Embedded, embedded.BootstrapServers);
    }

    private async Task<string?> StartSandboxAsync(string? assembly, CancellationToken stop)
    {
        if (Configured(SandboxVariable) is { } configured)
            return configured;
        if (assembly is null)
            return null;

        const string name = "Payment sandbox";
        // One that a dead owner left has the port at which customers were told to pay.
        await LocalProgram.StopLeftAsync(_directory, name);
        _sandbox = await Readiness.OnFreePortsAsync(
            async () =>
            {
                var program = await LocalProgram.StartAsync(
                    _directory,
                    name,
                    assembly,
                    _directory.FreePort(name),
                    new Dictionary<string, string>
                    {
                        ["Sandbox__Directory"] = _directory.In("payment-sandbox", "data"),
                    }
                );
                var ready = program.WaitUntilReadyAsync("/health", SandboxPatience, stop);
                return await Readiness.OrStopAsync(program, ready);
            },
            () => _directory.IsPortTaken(name)
        );
        _services.Push(_sandbox);
        return _sandbox.Url;
    }

    private T Started<T>(T service, Action<string> say)
        where T : ILocalService
    {
        _services.Push(service);
        say(service.Description);
        return service;
    }

    private static string? Configured(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
