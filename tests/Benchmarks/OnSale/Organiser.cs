using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>A concert and the ids of its seats, which are one range.</summary>
internal sealed record ConcertSeats(long ConcertId, long FirstSeat, int Seats);

/// <summary>Schedules concerts over HTTP, as the operator of a host that relays.</summary>
internal sealed class Organiser
{
    private const int SeatsPerRow = 500;
    public const long PriceWon = 154_000;

    /// <summary>The longest: no benchmark's holds lapse before it has ended.</summary>
    private const int HoldSeconds = 900;

    private static readonly TimeSpan SeatsLimit = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http;
    private readonly AuthenticationHeaderValue _authorization;

    private Organiser(HttpClient http, AuthenticationHeaderValue authorization) =>
        (_http, _authorization) = (http, authorization);

    public static async Task<Organiser> SignInAsync(HostProcess host, CancellationToken stop)
    {
        using var answer = await host.Http.PostAsJsonAsync(
            new Uri("/api/accounts/login", UriKind.Relative),
            new { email = OnSaleSystem.OperatorEmail, password = OnSaleSystem.OperatorPassword },
            stop
        );
        answer.EnsureSuccessStatusCode();
        var tokens = await answer.Content.ReadFromJsonAsync<JsonNode>(stop);
        var token = tokens!["accessToken"]!.GetValue<string>();
        return new Organiser(host.Http, new AuthenticationHeaderValue("Bearer", token));
    }

    /// <param name="seats">A multiple of 500.</param>
    /// <param name="onSale">False: it opens in a week.</param>
    /// <returns>Once its seats are there.</returns>
    public async Task<ConcertSeats> ScheduleAsync(
        int seats,
        bool onSale,
        int ticketsPerCustomer,
        CancellationToken stop
    )
    {
        var now = DateTimeOffset.UtcNow;
        var plan = new
        {
            name = "R",
            price = PriceWon,
            rows = seats / SeatsPerRow,
            seatsPerRow = SeatsPerRow,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, Api("concerts"))
        {
            Content = JsonContent.Create(
                new
                {
                    name = "First snow",
                    artist = "Mina",
                    venue = "Olympic Hall",
                    startsAt = now.AddDays(30),
                    bookingStartTime = onSale ? now.AddMinutes(-1) : now.AddDays(7),
                    sections = new[] { plan },
                    ticketsPerCustomer,
                    holdSeconds = HoldSeconds,
                }
            ),
            Headers = { Authorization = _authorization },
        };
        using var answer = await _http.SendAsync(request, stop);
        answer.EnsureSuccessStatusCode();
        var concert = await answer.Content.ReadFromJsonAsync<JsonNode>(stop);
        var id = concert!["concertId"]!.GetValue<long>();
        return new ConcertSeats(id, await FirstSeatAsync(id, stop), seats);
    }

    private async Task<long> FirstSeatAsync(long concertId, CancellationToken stop)
    {
        JsonNode? map = null;
        await Waiting.UntilAsync(
            $"concert {concertId} has its seats",
            async () =>
            {
                using var answer = await _http.GetAsync(Api($"concerts/{concertId}/seats"), stop);
                if (answer.IsSuccessStatusCode)
                    map = await answer.Content.ReadFromJsonAsync<JsonNode>(stop);
                return map is not null;
            },
            SeatsLimit,
            stop
        );
        return map!["sections"]![0]!["firstSeatId"]!.GetValue<long>();
    }

    private static Uri Api(string path) => new($"/api/{path}", UriKind.Relative);
}
