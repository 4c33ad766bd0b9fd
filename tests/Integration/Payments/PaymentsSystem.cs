using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Payments;
using ConcertReservation.PaymentSandbox;
using ConcertReservation.Tests.Integration.Messaging;
using ConcertReservation.Tests.Integration.Modules;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// Payments on two hosts with one database and a sandbox, everything real but its neighbours:
/// reservations are rows that a test sets, and what consumers would be sent is handed to them.
/// </summary>
internal sealed class PaymentsSystem : IAsyncDisposable
{
    /// <summary>The sandbox's default secret key, as Toss Payments wants it.</summary>
    public static readonly string MerchantCredentials =
        "Basic " + Convert.ToBase64String("test_sk_concert_reservation:"u8);

    private readonly TestDatabase _database;
    private readonly WebApplication _sandbox;
    private readonly List<ModuleHost> _hosts = [];
    private long _lastCustomer;

    private PaymentsSystem(TestDatabase database, WebApplication sandbox)
    {
        (_database, _sandbox) = (database, sandbox);
        Sandbox = new HttpClient { BaseAddress = new Uri(sandbox.Urls.Single()) };
    }

    /// <summary>
    /// What happens to requests on their way to the provider, and to answers on their way back.
    /// </summary>
    public ProviderWire Wire { get; } = new();

    public HttpClient Sandbox { get; }

    /// <summary>What the sandbox tells the hosts by itself: nothing until a test does.</summary>
    public Webhooks Webhooks => _sandbox.Services.GetRequiredService<Webhooks>();

    public Uri WebhookUrl => new(_hosts[0].Http.BaseAddress!, "/api/payments/webhooks/toss");

    public static async Task<PaymentsSystem> StartAsync()
    {
        var database = await TestDatabase.CreateAsync("payments");
        var sandbox = SandboxApplication.Create(
            // Slow is slower than the hosts' patience.
            ["--PORT=0", "--Sandbox:SlowSeconds=4", "--Sandbox:WebhookRetrySeconds=0.05"],
            builder => builder.Logging.ClearProviders()
        );
        await sandbox.StartAsync();
        var system = new PaymentsSystem(database, sandbox);
        await system.ExecuteAsync(ReservationsDouble.CreateSql);
        system._hosts.Add(await system.StartHostAsync());
        system._hosts.Add(await system.StartHostAsync());
        return system;
    }

    /// <summary>A customer whom nobody knows yet, at the first host.</summary>
    public Payer NewPayer() => PayerOf(Interlocked.Increment(ref _lastCustomer));

    public Payer PayerOf(long customerId) => At(customerId, _hosts[0]);

    public Payer OnOtherHost(Payer payer) => At(payer.CustomerId, _hosts[1]);

    /// <summary>Hands the events to the module's consumers, as one batch.</summary>
    public Task ReceiveAsync(params IReadOnlyList<DomainEvent> events) =>
        _hosts[0].ReceiveAsync(events);

    public async Task<long> ReserveAsync(Payer payer, long amount, string status = "HELD") =>
        await AskAsync<long>(
            """
            INSERT INTO reservations_double (customer_id, amount, status) VALUES ($1, $2, $3)
            RETURNING id
            """,
            payer.CustomerId,
            amount,
            status
        );

    public Task SetStatusAsync(long reservationId, string status) =>
        ExecuteAsync(
            "UPDATE reservations_double SET status = $2 WHERE id = $1",
            reservationId,
            status
        );

    /// <summary>Background work checks the payment now and not when it was due.</summary>
    public Task CheckNowAsync(long paymentId) =>
        ExecuteAsync(
            """
            UPDATE payments.payments SET next_check_at = clock.now()
            WHERE id = $1 AND next_check_at IS NOT NULL
            """,
            paymentId
        );

    /// <summary>As if so many checks had brought nothing: the next one is far away.</summary>
    public Task CheckMuchLaterAsync(long paymentId) =>
        ExecuteAsync(
            """
            UPDATE payments.payments
            SET next_check_at = clock.now() + interval '1 hour', checks = 20
            WHERE id = $1 AND next_check_at IS NOT NULL
            """,
            paymentId
        );

    public Task<string> OrderOfAsync(long paymentId) =>
        AskAsync<string>("SELECT order_id FROM payments.payments WHERE id = $1", paymentId);

    /// <summary>A request of nobody's to one of the hosts.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request, int host = 0)
    {
        using (request)
        using (var response = await _hosts[host].Http.SendAsync(request))
            return await Answer.OfAsync(response);
    }

    /// <summary>The events of a payment in the order of the outbox, as TYPE:version.</summary>
    public Task<IReadOnlyList<string>> EventsOfAsync(long paymentId) =>
        _database.ReadAsync<string>(
            "SELECT event_type || ':' || version FROM messaging.outbox WHERE key = $1 ORDER BY seq",
            $"payment-{paymentId}"
        );

    /// <summary>What the provider says of a payment: DONE, IN_PROGRESS and so on.</summary>
    public async Task<string> StatusAtProviderAsync(string paymentKey)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/payments/{paymentKey}");
        request.Headers.Add("Authorization", MerchantCredentials);
        using var response = await Sandbox.SendAsync(request);
        return (await Answer.OfAsync(response)).PaymentStatus;
    }

    /// <summary>Past the hosts, as somebody may in the provider's console.</summary>
    /// <param name="amount">Null for all that was paid.</param>
    public async Task<Answer> CancelAtProviderAsync(string paymentKey, long? amount)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            $"/v1/payments/{paymentKey}/cancel"
        )
        {
            Content = JsonContent.Create(new { cancelReason = "by hand", cancelAmount = amount }),
        };
        request.Headers.Add("Authorization", MerchantCredentials);
        using var response = await Sandbox.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    public async Task<T> AskAsync<T>(string sql, params object[] values) =>
        (await ReadAsync<T>(sql, values)).Single();

    /// <summary>The first column of every row.</summary>
    public Task<IReadOnlyList<T>> ReadAsync<T>(string sql, params object[] values) =>
        _database.ReadAsync<T>(sql, values);

    public Task ExecuteAsync(string sql, params object[] values) =>
        _database.ReadAsync<long>(sql, values);

    /// <summary>
    /// A first request with the key that holds its transaction open until it is disposed.
    /// </summary>
    public async Task<IAsyncDisposable> BeginChargeAsync(Payer payer, string key)
    {
        var connection = await _database.DataSource.OpenConnectionAsync();
        await connection.BeginTransactionAsync();
        await using var claim = connection.CreateCommand();
        claim.CommandText = """
            INSERT INTO payments.idempotency_keys
                (customer_id, operation, key, fingerprint, created_at)
            VALUES ($1, 'charge-wallet', $2, '', clock.now())
            """;
        claim.Parameters.AddWithValue(payer.CustomerId);
        claim.Parameters.AddWithValue(key);
        await claim.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>A transaction of somebody else that has done this, and is open.</summary>
    public async Task<OpenTransaction> BeginAsync(string sql, params object[] values)
    {
        var connection = await _database.DataSource.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        var opened = new OpenTransaction(connection, transaction);
        await opened.ExecuteAsync(sql, values);
        return opened;
    }

    public async Task<bool> IsWaitedForAsync(OpenTransaction transaction) =>
        await AskAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))",
            transaction.ProcessId
        ) > 0;

    /// <summary>Some transaction waits for another one.</summary>
    public async Task<bool> IsAnybodyWaitingAsync() =>
        await AskAsync<long>(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
            """
        ) > 0;

    /// <summary>Something of the module's own, in a unit of work of the first host.</summary>
    public Task InUnitOfWorkAsync(Func<PaymentsDb, Task> action) =>
        InUnitOfWorkAsync<PaymentsDb>(action);

    /// <summary>The same with another of its services.</summary>
    public async Task InUnitOfWorkAsync<T>(Func<T, Task> action)
        where T : notnull
    {
        await using var scope = _hosts[0].Services.CreateAsyncScope();
        await scope
            .ServiceProvider.GetRequiredService<UnitOfWork>()
            .RunAsync(
                async _ =>
                {
                    await action(scope.ServiceProvider.GetRequiredService<T>());
                    return true;
                },
                CancellationToken.None
            );
    }

    /// <summary>What one of the hosts tells an operator.</summary>
    public HostMetrics MetricsOf(int host) =>
        new(_hosts[host].Services.GetRequiredService<IMeterFactory>(), PaymentMetrics.MeterName);

    /// <summary>What every host does now and then.</summary>
    public Task ForgetOldKeysAsync() =>
        IdempotencyTable.RemoveOldAsync(_database.DataSource, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        await _sandbox.DisposeAsync();
        Sandbox.Dispose();
        Wire.Dispose();
        await _database.DisposeAsync();
    }

    public Payer At(long customerId, ModuleHost host)
    {
        var client = new HttpClient { BaseAddress = host.Http.BaseAddress };
        client.DefaultRequestHeaders.Add(SignedInByHeader.Name, $"{customerId};Customer");
        return new Payer(customerId, client, Sandbox);
    }

    /// <summary>One more host, with settings of its own; whoever starts it stops it.</summary>
    public Task<ModuleHost> StartHostAsync(params (string Key, string Value)[] settings) =>
        ModuleHost.StartAsync(
            _database.ConnectionString,
            [new PaymentsModule()],
            services =>
            {
                services.AddScoped<IReservationPayments, ReservationsDouble>();
                services.ConfigureHttpClientDefaults(http =>
                    http.ConfigurePrimaryHttpMessageHandler(() => new SharedWire(Wire))
                );
            },
            [
                ("Payments:Gateway:BaseAddress", Sandbox.BaseAddress!.ToString()),
                ("Payments:Gateway:TimeoutSeconds", "3"),
                ("Payments:PollMilliseconds", "20"),
                ("Payments:RetryMilliseconds", "50"),
                ("Payments:MeasureSeconds", "1"),
                .. settings,
            ]
        );
}
