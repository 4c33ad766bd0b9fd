using System.Globalization;
using ConcertReservation.Verification;
using Spectre.Console;

namespace ConcertReservation.Demo;

/// <summary>
/// The story: people sign up, a concert opens, the crowd books and pays until it is sold out.
/// </summary>
internal sealed class Sale(DemoSettings settings, IAnsiConsole console, Journal journal)
{
    public const int CustomerCount = 240;
    private const int WaitingCount = 12;

    /// <summary>Sign-ups at a time: hashing passwords is meant to be slow.</summary>
    private const int ArrivingAtOnce = 16;

    private static readonly TimeSpan BookingStartsIn = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _run = Guid.NewGuid().ToString("N")[..6];

    private readonly HttpClient _http = new(
        new SocketsHttpHandler { MaxConnectionsPerServer = CustomerCount * 2 }
    )
    {
        BaseAddress = settings.Host,
        Timeout = TimeSpan.FromSeconds(30),
    };

    private readonly HttpClient _provider = new() { BaseAddress = settings.Sandbox };

    public Scoreboard Scoreboard { get; } = new();

    /// <summary>May read what organisers may.</summary>
    public Api Organiser { get; private set; } = null!;

    public Concert Concert { get; private set; } = null!;

    /// <summary>From the start of booking to the confirmation of the last seat.</summary>
    public TimeSpan SoldOutAfter { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        Organiser = await OrganiserAsync(stop);
        console.MarkupLine("[green]✓[/] the operator made [bold]an organiser[/] of somebody");

        var crowd = await ArriveAsync(stop);
        Concert = await Concert.CreateAsync(Organiser, BookingStartsIn, stop);
        await Concert.WaitForSeatsAsync(Organiser, stop);
        const int hold = Concert.HoldSeconds;
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[green]✓[/] [bold]{Concert.Name}[/]: {Concert.TotalSeats} seats, held for {hold} s"
        );
        await Task.WhenAll(
            crowd.TakeLast(WaitingCount).Select(c => c.JoinWaitlistAsync(Concert.Id, stop))
        );

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            var buying = AllAsync(crowd.Select(c => c.BuyAsync(Concert, patience.Token)));
            await new Stage(console, Concert, Organiser, Scoreboard).ShowAsync(
                buying,
                patience.Token
            );
            await buying;
            var soldOut = await Concert.WaitUntilSoldOutAsync(Organiser, patience.Token);
            SoldOutAfter = soldOut - Concert.BookingStartTime;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new DemoException($"Not sold out within {Patience.TotalSeconds} s.");
        }
    }

    /// <summary>Fails with the first that fails: the others might wait in vain for it.</summary>
    private static async Task AllAsync(IEnumerable<Task> tasks)
    {
        await foreach (var task in Task.WhenEach(tasks))
            await task;
    }

    private async Task<Api> OrganiserAsync(CancellationToken stop)
    {
        var operatorApi = NewApi();
        await operatorApi.SignInAsync(settings.OperatorEmail, settings.OperatorPassword, stop);

        var organiser = NewApi();
        var email = $"organiser.{_run}@example.com";
        await organiser.SignUpAsync(email, Customer.Password, "송기획", "ko", stop);
        await organiser.SignInAsync(email, Customer.Password, stop);
        Api.Require(
            await operatorApi.SendAsync(
                HttpMethod.Put,
                $"api/accounts/{organiser.CustomerId}/roles/Organiser",
                null,
                stop
            )
        );
        // The old token does not know the role.
        await organiser.SignInAsync(email, Customer.Password, stop);
        return organiser;
    }

    private async Task<IReadOnlyList<Customer>> ArriveAsync(CancellationToken stop)
    {
        var random = new Random(2026);
        var cards = new CardProvider(_provider);
        var crowd = People
            .Crowd(CustomerCount, _run, random)
            .Select(
                (person, i) =>
                    new Customer(
                        person,
                        MannerOf(i),
                        NewApi(),
                        cards,
                        Scoreboard,
                        new Random(random.Next())
                    )
            )
            .ToList();
        var since = TimeProvider.System.GetTimestamp();
        await Parallel.ForEachAsync(
            crowd,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = ArrivingAtOnce,
                CancellationToken = stop,
            },
            async (customer, token) => await customer.ArriveAsync(token)
        );
        var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[green]✓[/] [bold]{crowd.Count} customers[/] signed up and in within {seconds:F1} s"
        );
        return crowd;
    }

    /// <summary>The same mixture in every run.</summary>
    private static Manner MannerOf(int customer) =>
        (customer % 20) switch
        {
            < 8 => Manner.PaysWithPoints,
            < 13 => Manner.PaysByCard,
            13 or 14 => Manner.CardIsDeclined,
            15 => Manner.ForgotToTopUp,
            16 => Manner.ChangesMind,
            17 => customer % 40 == 17 ? Manner.LetsHoldLapse : Manner.ChangesMind,
            18 => Manner.DoubleClicks,
            _ => customer % 40 == 19 ? Manner.ComesEarly : Manner.IsGreedy,
        };

    private Api NewApi() => new(_http, journal, Scoreboard);
}
