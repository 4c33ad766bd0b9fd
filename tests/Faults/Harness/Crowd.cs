using ConcertReservation.Demo;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// Customers who want the seats of one concert until it is sold out, the same ones with the same
/// wishes in every run.
/// </summary>
internal sealed class Crowd
{
    private const int Seed = 20_261_121;
    private const int Rows = 10;

    /// <summary>Of a sale with an encore, so many give something back.</summary>
    private const int MaxGivers = 3;

    /// <summary>Brokers and groups may have to come back in it, on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly FaultSystem _system;
    private readonly IReadOnlyList<Shopper> _shoppers;
    private readonly Temper _temper;
    private Task _sale = Task.CompletedTask;

    private Crowd(
        FaultSystem system,
        long concertId,
        IReadOnlyList<Shopper> shoppers,
        Temper temper
    ) => (_system, ConcertId, _shoppers, _temper) = (system, concertId, shoppers, temper);

    public long ConcertId { get; }

    public int Customers => _shoppers.Count;

    public int Seats => _shoppers.Count * Shopper.SeatsAtATime;

    /// <summary>One of them, to look at what all may see.</summary>
    public Client Anybody => _shoppers[0].Client;

    /// <summary>Customers who have signed up, and a concert with four seats for each.</summary>
    /// <param name="seed">Of what they wish and do.</param>
    /// <param name="temper">null for the mild one.</param>
    public static async Task<Crowd> GatherAsync(
        FaultSystem system,
        int customers,
        int seed = Seed,
        Temper? temper = null
    )
    {
        temper ??= Temper.Mild;
        var concertId = await CreateConcertAsync(
            system,
            customers * Shopper.SeatsAtATime / Rows,
            temper.HoldSeconds
        );
        var clients = Enumerable.Range(0, customers).Select(n => new Client(system, n)).ToList();
        await Task.WhenAll(clients.Select(c => c.SignUpAsync()));
        return new Crowd(
            system,
            concertId,
            [.. clients.Select((c, n) => new Shopper(c, concertId, temper, new Random(seed + n)))],
            temper
        );
    }

    /// <summary>Lets them in, and returns at once.</summary>
    public void StartBuying() => _sale = SellAsync();

    /// <summary>Holds a seat for one of them and pays it at the provider, unconfirmed.</summary>
    public async Task<CardPayment> StartCardPaymentAsync(int customer, string card)
    {
        var held = await HoldSeatsAsync(customer, seats: 1);
        return await CardPayment.StartAsync(held.Customer, held.ReservationId, card);
    }

    /// <summary>Holds so many seats for one of them, or all that are free.</summary>
    public async Task<HeldSeat> HoldSeatsAsync(int customer, int seats)
    {
        var client = _shoppers[customer].Client;
        var answer = await client.GetAsync($"/api/concerts/{ConcertId}/seats");
        var chosen = SeatMap
            .From(answer.ShouldSucceed().Json)
            .Choose(seats, favouriteSection: 0, new Random(Seed));
        var held = (await client.HoldAsync(ConcertId, chosen)).ShouldSucceed();
        return new HeldSeat(
            client,
            held.Number("reservationId"),
            held.Number("totalAmount"),
            chosen.Count
        );
    }

    /// <summary>Returns in the midst of the sale, when so many seats are sold.</summary>
    public async Task WaitUntilSoldAsync(int seats) =>
        await Eventually.Until(
            $"{seats} of {Seats} seats are sold",
            async () =>
            {
                if (_sale.IsFaulted)
                    await _sale;
                return await SoldAsync() >= seats;
            },
            Patience
        );

    public Task<long> SoldAsync() =>
        _system.Database.ScalarAsync<long>(
            "SELECT count(*) FROM reservations.seats WHERE concert_id = $1 AND state = 'sold'",
            ConcertId
        );

    /// <summary>Returns when everybody has left and the last seat is sold.</summary>
    public async Task WaitUntilSoldOutAsync()
    {
        await WaitUntilOverAsync(Patience);
        // Whoever was the last, and leaves with all that one may have, has paid for what is a sale
        // a moment later.
        await Eventually.Becomes("every seat is sold", SoldAsync, sold => sold == Seats, Patience);
    }

    /// <summary>Returns when everybody has left.</summary>
    public async Task WaitUntilOverAsync(TimeSpan patience)
    {
        try
        {
            await _sale.WaitAsync(patience);
        }
        catch (TimeoutException e)
        {
            throw new AssertionException($"Not sold out; unpaid: {await UnpaidAsync()}", e);
        }
    }

    private Task<string> UnpaidAsync() =>
        _system.Database.ScalarAsync<string>(
            """
            SELECT coalesce(string_agg(r::text || ' ' || coalesce(p::text, ''), E'\n'), 'none')
            FROM reservations.reservations r
            LEFT JOIN payments.payments p ON p.reservation_id = r.id
            WHERE r.status IN ('HELD', 'PAYING')
            """
        );

    private static async Task<long> CreateConcertAsync(
        FaultSystem system,
        int seatsPerRow,
        int holdSeconds
    )
    {
        var organiser = new Client(system, 0);
        await organiser.SignInAsOperatorAsync();
        var now = system.Now;
        var created = await organiser.PostAsync(
            "/api/concerts",
            new
            {
                name = "Winter Night",
                artist = "Han River Band",
                venue = "Seoul Arena",
                startsAt = now.AddDays(30),
                bookingStartTime = now.AddMinutes(-1),
                sections = new[]
                {
                    new
                    {
                        name = "R",
                        price = 50_000,
                        rows = Rows,
                        seatsPerRow,
                    },
                },
                ticketsPerCustomer = Shopper.MaxSeats,
                holdSeconds,
            }
        );
        var id = created.ShouldSucceed().Number("concertId");
        await Eventually.Until(
            $"the seats of concert {id} are built",
            async () => (await organiser.GetAsync($"/api/concerts/{id}/seats")).IsSuccess
        );
        return id;
    }

    private async Task SellAsync()
    {
        await AllBuyAsync();
        if (!_temper.HasEncore)
            return;

        await Eventually.Becomes(
            $"concert {ConcertId} is sold out",
            async () =>
                (await _shoppers[0].Client.GetAsync($"/api/concerts/{ConcertId}"))
                    .ShouldSucceed()
                    .Word("status"),
            status => status == "SOLD_OUT",
            Patience
        );
        var givers = _shoppers.Where(s => s.HasSales).Take(MaxGivers);
        await Task.WhenAll(givers.Select(g => g.ReturnOneAsync()));
        await AllBuyAsync();
    }

    /// <summary>Whoever fails leaves seats behind for which the others would wait.</summary>
    private async Task AllBuyAsync()
    {
        var buying = _shoppers.Select(s => Task.Run(s.BuyAsync)).ToList();
        while (buying.Count > 0)
        {
            var ended = await Task.WhenAny(buying);
            await ended;
            buying.Remove(ended);
        }
    }
}

/// <summary>A seat that somebody holds, or several of one reservation.</summary>
/// <param name="Amount">In won.</param>
internal sealed record HeldSeat(Client Customer, long ReservationId, long Amount, int Seats);
