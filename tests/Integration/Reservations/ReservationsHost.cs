using System.Net.Http.Json;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Reservations;
using ConcertReservation.Tests.Integration.Modules;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>The module in a host of its own, and what one can ask of it.</summary>
internal sealed class ReservationsHost(ModuleHost host) : IAsyncDisposable
{
    public HttpClient Http => host.Http;

    /// <summary>After a test has cut some of them: the next user of one would pay for it.</summary>
    public void ForgetConnections() => host.Services.GetRequiredService<NpgsqlDataSource>().Clear();

    public PlannedConcerts Concerts => host.Services.GetRequiredService<PlannedConcerts>();

    public static async Task<ReservationsHost> StartAsync(
        string connectionString,
        params IReadOnlyList<(string Key, string Value)> settings
    ) =>
        new(
            await ModuleHost.StartAsync(
                connectionString,
                [new ReservationsModule()],
                services =>
                {
                    services.AddSingleton<PlannedConcerts>();
                    services.AddSingleton<IConcertCatalogue>(p =>
                        p.GetRequiredService<PlannedConcerts>()
                    );
                },
                settings
            )
        );

    public Task ReceiveAsync(params IReadOnlyList<DomainEvent> events) => host.ReceiveAsync(events);

    /// <summary>Past the endpoint, for what no request can carry.</summary>
    public Task<HoldAnswer> Enqueue(HoldCommand command)
    {
        host.Services.GetRequiredService<HoldWriter>()
            .TryEnqueue(command, out var answer)
            .ShouldBeTrue();
        return answer!;
    }

    /// <summary>In a scope of its own, as another module would.</summary>
    public async Task<T> AskAsync<TService, T>(Func<TService, Task<T>> ask)
        where TService : notnull
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await ask(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public async Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        long? customer = null,
        object? body = null,
        string? key = null,
        CancellationToken stop = default
    )
    {
        using var request = new HttpRequestMessage(method, "/api" + path);
        if (customer is { } id)
            request.Headers.Add(SignedInByHeader.Name, $"{id};{Roles.Customer}");
        if (key is not null)
            request.Headers.Add(IdempotencyKey.HeaderName, key);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        return await Answer.ReadAsync(await host.Http.SendAsync(request, stop));
    }

    public async Task<Answer> HoldAsync(
        long customer,
        long concertId,
        IReadOnlyList<long> seatIds,
        string? key = null,
        CancellationToken stop = default
    ) =>
        await SendAsync(
            HttpMethod.Post,
            "/reservations",
            customer,
            new { concertId, seatIds },
            key ?? Guid.NewGuid().ToString(),
            stop
        );

    public ValueTask DisposeAsync() => host.DisposeAsync();
}

/// <summary>What Concerts would answer.</summary>
internal sealed class PlannedConcerts : IConcertCatalogue
{
    private readonly Dictionary<long, ConcertSummary> _concerts = [];

    public void Add(ConcertSummary concert) => _concerts.Add(concert.ConcertId, concert);

    public Task<ConcertSummary?> FindAsync(long concertId, CancellationToken stop) =>
        Task.FromResult(_concerts.GetValueOrDefault(concertId));
}
