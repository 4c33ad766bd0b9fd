using System.Security.Cryptography;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>A hold to be asked for: by whom, under which key, and of which seat.</summary>
internal sealed record HoldRequest(Member Customer, string Key, long ConcertId, long SeatId)
{
    public string Body => $$"""{"concertId":{{ConcertId}},"seatIds":[{{SeatId}}]}""";

    public LoadRequest Line => new("POST", "/api/reservations", Customer.Token, Key, Body: Body);
}

/// <summary>
/// Holds of which no two share a seat: every customer takes one seat of the first concert, then
/// one of the second, and so on. What one round has not asked for, the next one does.
/// </summary>
internal sealed class HoldLoad(
    OnSaleSystem system,
    IReadOnlyList<Member> crowd,
    IReadOnlyList<ConcertSeats> concerts
)
{
    /// <summary>As many as a round can take on any machine that we know.</summary>
    private const int RequestsPerSecond = 25_000;

    public const int Connections = 256;

    private const int GuidBytes = 16;

    private int _next;

    /// <summary>What was handed out, answered or not.</summary>
    public int Taken => _next;

    public IReadOnlyList<Member> Customers => crowd;

    /// <summary>As many customers as each concert has seats.</summary>
    /// <param name="prepareMore">While a host relays.</param>
    public static async Task<HoldLoad> PrepareAsync(
        Bench bench,
        OnSaleSystem system,
        int customers,
        int concerts,
        CancellationToken stop,
        Func<HostProcess, Organiser, IReadOnlyList<Member>, Task>? prepareMore = null
    )
    {
        bench.Say(
            $"{Numbers.Short(customers)} customers sign up and in; "
                + $"{concerts} concerts with as many seats are planned"
        );
        await using var host = await system.StartHostAsync(relays: true, stop);
        var organiser = await Organiser.SignInAsync(host, stop);
        var planned = new List<ConcertSeats>();
        for (var i = 0; i < concerts; i++)
            planned.Add(await organiser.ScheduleAsync(customers, onSale: true, 4, stop));
        var crowd = await Crowd.JoinAsync(system, customers, stop);
        if (prepareMore is not null)
            await prepareMore(host, organiser, crowd);
        await system.DrainAsync(stop);
        return new HoldLoad(system, crowd, planned);
    }

    /// <param name="log">A file for the answers 201.</param>
    /// <exception cref="InvalidOperationException">There were not enough seats.</exception>
    public async Task<LoadResult> RunAsync(
        HostProcess host,
        TimeSpan time,
        CancellationToken stop,
        string? log = null
    )
    {
        var most = Math.Min(
            (int)(RequestsPerSecond * time.TotalSeconds),
            (crowd.Count * concerts.Count) - _next
        );
        var file = Path.Combine(system.Folder, "holds.txt");
        var requests = Enumerable.Range(_next, most).Select(Request);
        await Wrk.WriteAsync(file, requests.Select(r => r.Line), stop);
        var result = await Wrk.RunAsync(host.Url, file, Connections, time, stop, log: log);
        _next += Math.Min((int)result.Taken, most);
        // A client whose host is killed begins requests as fast as they fail.
        return result.Taken <= most || result.Broken > 0
            ? result
            : throw new InvalidOperationException($"{most} seats were not enough for a round.");
    }

    /// <summary>The one that asks for a seat.</summary>
    public IReadOnlyDictionary<long, HoldRequest> BySeat(int first) =>
        Enumerable.Range(first, _next - first).Select(Request).ToDictionary(r => r.SeatId);

    /// <summary>The same each time: the key is a hash of the number.</summary>
    private HoldRequest Request(int number)
    {
        var (lap, place) = Math.DivRem(number, crowd.Count);
        var concert = concerts[lap];
        return new HoldRequest(
            crowd[place],
            Key(number).ToString(),
            concert.ConcertId,
            concert.FirstSeat + place
        );
    }

    /// <summary>As random as a client's UUID.</summary>
    private static Guid Key(int number) =>
        new(SHA256.HashData(BitConverter.GetBytes(number)).AsSpan(0, GuidBytes));
}
