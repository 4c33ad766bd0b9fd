using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Concerts;
using ConcertReservation.Host.Database;
using ConcertReservation.Messaging;
using ConcertReservation.Payments;
using ConcertReservation.Reservations;
using ConcertReservation.Tests.Integration.Modules;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>
/// The modules of a sale in a host that does nothing by itself: requests come by HTTP, and its work
/// in the background, a step of it at a time, when a history says so.
/// </summary>
internal sealed class HistoryHost(ModuleHost host) : IAsyncDisposable
{
    private const string Incarnation = "histories";

    private readonly Dictionary<string, int> _groupIds = new(StringComparer.Ordinal);
    private readonly FinishPayments _finishing = ActivatorUtilities.CreateInstance<FinishPayments>(
        host.Services
    );

    /// <param name="gathersPoints">
    /// False: a payment by points is its request's, and dies with it.
    /// </param>
    public static async Task<HistoryHost> StartAsync(
        string connectionString,
        Action<IServiceCollection> addProvider,
        bool gathersPoints,
        Action<IServiceCollection>? spoil
    ) =>
        new(
            await ModuleHost.StartAsync(
                connectionString,
                [new ConcertsModule(), new ReservationsModule(), new PaymentsModule()],
                services =>
                {
                    services.AddKafka();
                    services.AddConsuming();
                    addProvider(services);
                    services.AddSingleton<IStartupFilter>(new Mortality());
                    LeaveOutBackgroundWork(services);
                    spoil?.Invoke(services);
                },
                // Nothing is sent there.
                ("Kafka:BootstrapServers", "127.0.0.1:1"),
                ("Reservations:SweepBatchSize", "2"),
                ("Payments:PointBatchSize", gathersPoints ? "256" : "0")
            )
        );

    public async Task<(HttpStatusCode Status, string Text)> SendAsync(
        HttpMethod method,
        string path,
        long customer,
        object? body = null,
        int dies = 0,
        string roles = "Customer"
    )
    {
        using var request = new HttpRequestMessage(method, "/api" + path);
        request.Headers.Add(SignedInByHeader.Name, $"{customer};{roles}");
        request.Headers.Add(IdempotencyKey.HeaderName, Guid.NewGuid().ToString());
        request.Headers.Add(SuddenDeath.Header, dies.ToString(CultureInfo.InvariantCulture));
        if (body is not null)
            request.Content = JsonContent.Create(body);
        return await SendAsync(request);
    }

    public async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpRequestMessage request)
    {
        using var response = await host.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>One batch of one partition, as Consuming applies it, inbox and all.</summary>
    public async Task ApplyAsync(string group, IReadOnlyList<Record> records)
    {
        var dataSource = host.Services.GetRequiredService<NpgsqlDataSource>();
        if (!_groupIds.TryGetValue(group, out var groupId))
        {
            groupId = await GroupTable.IdOfAsync(dataSource, group, CancellationToken.None);
            _groupIds[group] = groupId;
        }

        var routes = host.Services.GetRequiredService<AllRoutes>().Of(group)!;
        var reader = new EventReader(routes, Incarnation);
        var (topic, place) = (records[0].Row.Topic, records[0].Partition);
        var partition = new GroupPartition(group, groupId, Incarnation, topic, place);
        List<ReceivedEvent> events = [.. records.Select(r => reader.Read(topic, r.AsRead()))];
        await InboxTable.BeginAsync(
            dataSource,
            partition,
            events[0].Record.Offset,
            CancellationToken.None
        );
        var unit = ActivatorUtilities.CreateInstance<BatchUnit>(host.Services, routes);
        await unit.ApplyAsync(
            partition,
            events,
            new BatchAttempt([], givenUp: null, isReread: false, []),
            CancellationToken.None
        );
    }

    /// <returns>Whether there is more to do at once.</returns>
    public async Task<bool> SweepAsync<TSweep>()
        where TSweep : ISweep
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<TSweep>()
            .SweepAsync(CancellationToken.None);
    }

    /// <summary>Claims a payment that is due; null where the lane has none.</summary>
    public Task<long?> ClaimAsync(Lane lane) =>
        _finishing.TryClaimAsync(lane, CancellationToken.None);

    /// <summary>Finishes a claimed payment, as far as the provider lets it.</summary>
    public async Task FinishAsync(long paymentId)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await FinishPayments.FinishAsync(scope.ServiceProvider, paymentId, CancellationToken.None);
    }

    public async Task MeasureClockAsync() =>
        await host
            .Services.GetRequiredService<DatabaseClock>()
            .MeasureAsync(
                host.Services.GetRequiredService<NpgsqlDataSource>(),
                CancellationToken.None
            );

    public ValueTask DisposeAsync() => host.DisposeAsync();

    /// <summary>Of ours only the writer of holds works by itself: requests wait for it.</summary>
    private static void LeaveOutBackgroundWork(IServiceCollection services)
    {
        Type[] needed = [typeof(PrepareDatabase), typeof(HoldWriter), typeof(PointsWriter)];
        var left = services
            .Where(s =>
                s.ServiceType == typeof(IHostedService) && WorkOf(s) is { } work && IsOurs(work)
            )
            .Where(s => !needed.Contains(WorkOf(s)))
            .ToList();
        foreach (var work in left)
            services.Remove(work);
    }

    private static Type? WorkOf(ServiceDescriptor service) =>
        service.ImplementationType
        ?? service.ImplementationFactory?.GetType().GenericTypeArguments[1];

    private static bool IsOurs(Type work) =>
        work.Namespace?.StartsWith(nameof(ConcertReservation), StringComparison.Ordinal) == true;

    /// <summary>A request may be one in whose midst the host dies.</summary>
    private sealed class Mortality : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
            app =>
            {
                app.Use(
                    (context, rest) =>
                    {
                        var dies = context.Request.Headers[SuddenDeath.Header].ToString();
                        if (int.TryParse(dies, CultureInfo.InvariantCulture, out var points))
                            SuddenDeath.Expect(points);
                        return rest(context);
                    }
                );
                next(app);
            };
    }
}

/// <summary>An event in a partition of Kafka.</summary>
internal sealed record Record(int Partition, long Offset, OutboxRow Row)
{
    public ConsumeResult<byte[], byte[]> AsRead() =>
        new()
        {
            Topic = Row.Topic,
            Partition = Partition,
            Offset = Offset,
            Message = CloudEvent.Of(Row),
        };
}
