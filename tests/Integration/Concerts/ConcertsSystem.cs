using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Concerts;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Concerts;

/// <summary>
/// Two hosts of the module on one database; the owner of the seats says what a test wants.
/// </summary>
[SetUpFixture]
[Parallelizable]
[SingleThreaded]
internal sealed class ConcertsSystem
{
    public const long Organiser = 1;

    public static TestDatabase Database { get; private set; } = null!;
    public static ModuleHost HostA { get; private set; } = null!;
    public static ModuleHost HostB { get; private set; } = null!;
    public static SeatOwner Owner { get; } = new();

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Database = await TestDatabase.CreateAsync("concerts");
        HostA = await StartHostAsync();
        HostB = await StartHostAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (HostA is not null)
            await HostA.DisposeAsync();
        if (HostB is not null)
            await HostB.DisposeAsync();
        if (Database is not null)
            await Database.DisposeAsync();
    }

    /// <summary>The hosts in turn.</summary>
    public static ModuleHost AnyHost(int number) => number % 2 == 0 ? HostA : HostB;

    public static object Plan(
        string name = "Night",
        int seats = 10,
        DateTimeOffset? bookingStartTime = null,
        DateTimeOffset? startsAt = null
    )
    {
        var booking = bookingStartTime ?? DateTimeOffset.UtcNow.AddDays(1);
        return new
        {
            name,
            artist = "The Band",
            venue = "The Hall",
            startsAt = startsAt ?? booking.AddDays(30),
            bookingStartTime = booking,
            sections = new[]
            {
                new
                {
                    name = "R",
                    price = 1000,
                    rows = 1,
                    seatsPerRow = seats,
                },
            },
        };
    }

    public static async Task<long> CreateAsync(object plan, long organiser = Organiser)
    {
        using var answer = await HostA.SendAsync(
            HttpMethod.Post,
            "/concerts",
            organiser,
            plan,
            Roles.Organiser
        );
        var json = await JsonAsync(answer, HttpStatusCode.Created);
        return json["concertId"]!.GetValue<long>();
    }

    public static async Task<JsonNode> ShowAsync(long concertId)
    {
        using var answer = await HostB.SendAsync(HttpMethod.Get, $"/concerts/{concertId}");
        return await JsonAsync(answer, HttpStatusCode.OK);
    }

    public static Task<HttpResponseMessage> CancelAsync(
        long id,
        long customer = Organiser,
        string role = Roles.Organiser
    ) => HostB.SendAsync(HttpMethod.Delete, $"/concerts/{id}", customer, roles: role);

    public static async Task<JsonNode> JsonAsync(
        HttpResponseMessage answer,
        HttpStatusCode expected
    )
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>What the concert has published, in order.</summary>
    public static async Task<IReadOnlyList<DomainEvent>> PublishedAsync(long concertId)
    {
        var events = new List<DomainEvent>();
        await using var command = Database.DataSource.CreateCommand(
            "SELECT event_type, body, version FROM messaging.outbox WHERE key = $1 ORDER BY seq"
        );
        command.Parameters.AddWithValue($"concert-{concertId}");
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            var told = EventCatalogue.Deserialize(
                row.GetString(0),
                await row.GetFieldValueAsync<byte[]>(1)
            );
            events.Add(told with { Version = row.GetInt64(2) });
        }

        return events;
    }

    private static Task<ModuleHost> StartHostAsync() =>
        ModuleHost.StartAsync(
            Database.ConnectionString,
            [new ConcertsModule()],
            services => services.AddSingleton<ISeatInventory>(Owner),
            ("Concerts:SoldOutRecheckMilliseconds", "100"),
            ("Concerts:SeatComparisonMilliseconds", "100"),
            ("Concerts:SeatDoubtSeconds", "3")
        );
}

/// <summary>In the place of Reservations: what it answers is the test's to say.</summary>
internal sealed class SeatOwner : ISeatInventory
{
    private readonly ConcurrentDictionary<long, SeatSummary> _answers = [];
    private readonly ConcurrentDictionary<long, IReadOnlyList<SoldReservation>> _sold = [];
    private readonly ConcurrentDictionary<long, int> _maps = [];
    private readonly ConcurrentDictionary<long, int> _counts = [];

    public void Says(long concertId, int total, int sold) =>
        _answers[concertId] = new([new SectionSeats("R", total, total - sold, sold)]);

    /// <summary>The same, by sale.</summary>
    public void Says(long concertId, int total, params IReadOnlyList<Sale> sold)
    {
        _sold[concertId] =
        [
            .. sold.Select(s => new SoldReservation(s.ReservationId, Version: 2, s.Seats)),
        ];
        Says(concertId, total, sold.Sum(s => s.Seats));
    }

    /// <summary>How often the seats of the concert were asked for.</summary>
    public int MapsOf(long concertId) => _maps.GetValueOrDefault(concertId);

    /// <summary>How often the concert was one of many whose sold seats were counted.</summary>
    public int CountsOf(long concertId) => _counts.GetValueOrDefault(concertId);

    public Task<SeatSummary?> FindAsync(long concertId, CancellationToken stop)
    {
        _maps.AddOrUpdate(concertId, 1, (_, n) => n + 1);
        return Task.FromResult(_answers.GetValueOrDefault(concertId));
    }

    public Task<IReadOnlyDictionary<long, int>> CountSoldAsync(
        IReadOnlyCollection<long> concertIds,
        CancellationToken stop
    )
    {
        var counts = new Dictionary<long, int>();
        foreach (var id in concertIds)
        {
            _counts.AddOrUpdate(id, 1, (_, n) => n + 1);
            if (_answers.TryGetValue(id, out var seats))
                counts.Add(id, seats.Sold);
        }

        return Task.FromResult<IReadOnlyDictionary<long, int>>(counts);
    }

    public Task<IReadOnlyList<SoldReservation>> ListSoldAsync(
        long concertId,
        CancellationToken stop
    ) => Task.FromResult(_sold.GetValueOrDefault(concertId, []));
}
