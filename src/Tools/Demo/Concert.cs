using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace ConcertReservation.Demo;

/// <summary>The concert that everybody wants to see.</summary>
internal sealed class Concert(long id, string name, DateTimeOffset bookingStartTime)
{
    /// <summary>The seat map that customers see is a browser's: at most this old.</summary>
    private static readonly TimeSpan MapAge = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan InventoryPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _looking = new(1);
    private (DateTimeOffset At, SeatMap Map)? _seen;

    private static readonly (string Name, string Artist)[] Programme =
    [
        ("겨울밤의 콘서트 · Winter Night", "한강밴드 · Han River Band"),
        ("첫눈 · First Snow", "하얀고래 · White Whale"),
        ("별이 빛나는 서울 · Starry Seoul", "은하수 오케스트라 · Milky Way Orchestra"),
        ("마지막 열차 · Last Train", "플랫폼 나인 · Platform Nine"),
        ("바다로 가는 길 · Road to the Sea", "파도소리 · Sound of Waves"),
        ("안녕, 2026 · Goodbye 2026", "자정클럽 · Midnight Club"),
    ];

    public const int HoldSeconds = 10;
    public const int TicketsPerCustomer = 4;

    public static readonly (string Name, long Price, int Rows, int SeatsPerRow)[] Sections =
    [
        ("VIP", 165_000, 5, 20),
        ("R", 132_000, 10, 20),
        ("S", 99_000, 10, 25),
    ];

    public static int TotalSeats => Sections.Sum(s => s.Rows * s.SeatsPerRow);

    public long Id { get; } = id;

    public string Name { get; } = name;

    public DateTimeOffset BookingStartTime { get; } = bookingStartTime;

    /// <summary>Ends when booking starts.</summary>
    public Task BookingStarts { get; } = WaitAsync(bookingStartTime);

    public static async Task<Concert> CreateAsync(
        Api organiser,
        TimeSpan bookingStartsIn,
        CancellationToken stop
    )
    {
        var bookingStartTime = DateTimeOffset.UtcNow + bookingStartsIn;
        var (name, artist) = Random.Shared.GetItems(Programme, 1)[0];
        var created = await organiser.SendAsync(
            HttpMethod.Post,
            "api/concerts",
            new
            {
                name,
                artist,
                venue = "Seoul Arena",
                startsAt = Utc(bookingStartTime.AddDays(30)),
                bookingStartTime = Utc(bookingStartTime),
                ticketsPerCustomer = TicketsPerCustomer,
                holdSeconds = HoldSeconds,
                sections = Sections.Select(s => new
                {
                    name = s.Name,
                    price = s.Price,
                    rows = s.Rows,
                    seatsPerRow = s.SeatsPerRow,
                }),
            },
            stop
        );
        return new Concert(Api.Require(created).Number("concertId"), name, bookingStartTime);
    }

    /// <summary>
    /// The inventory is built by an event: a moment after the concert was created.
    /// </summary>
    /// <exception cref="DemoException">The event does not arrive.</exception>
    public async Task WaitForSeatsAsync(Api api, CancellationToken stop)
    {
        var begun = Stopwatch.GetTimestamp();
        while ((await api.GetAsync($"api/concerts/{Id}/seats", stop)).Status != HttpStatusCode.OK)
        {
            if (Stopwatch.GetElapsedTime(begun) > InventoryPatience)
            {
                throw new DemoException(
                    $"The concert has no seats after {InventoryPatience.TotalSeconds} s: no event "
                        + "arrives through Kafka. /health/ready and the host's log say why."
                );
            }

            await Task.Delay(Interval, stop);
        }
    }

    public async Task<SeatMap> LookAsync(Api api, CancellationToken stop)
    {
        await _looking.WaitAsync(stop);
        try
        {
            if (_seen is { } seen && DateTimeOffset.UtcNow - seen.At < MapAge)
                return seen.Map;

            var answer = Api.Require(await api.GetAsync($"api/concerts/{Id}/seats", stop));
            var map = SeatMap.From(answer.Body!);
            _seen = (DateTimeOffset.UtcNow, map);
            return map;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <returns>When the last seat was confirmed.</returns>
    public async Task<DateTimeOffset> WaitUntilSoldOutAsync(Api api, CancellationToken stop)
    {
        while (true)
        {
            var concert = Api.Require(await api.GetAsync($"api/concerts/{Id}", stop));
            if (concert.Text("status") == "SOLD_OUT")
                return concert.Body!["soldOutTime"]!.GetValue<DateTimeOffset>();
            await Task.Delay(Interval, stop);
        }
    }

    private static string Utc(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static async Task WaitAsync(DateTimeOffset time)
    {
        // The host's clock decides; being a moment late spares everybody a refusal.
        var wait = time - DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(20);
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait);
    }
}
