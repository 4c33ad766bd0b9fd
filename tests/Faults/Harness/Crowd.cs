using ConcertReservation.Demo;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// Customers who want the seats of one concert until it is sold out, the same ones with the same
/// wishes in every run.
/// </summary>
internal sealed class Crowd
{
    private const int Seed = 20_261_121;
    private const int SeatsEach = 4;
    private const int Rows = 10;

    /// <summary>Brokers and groups may have to come back in it, on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly FaultSystem _system;
    private readonly IReadOnlyList<Client> _customers;
    private readonly int _seed;
    private Task _sale = Task.CompletedTask;

    private Crowd(FaultSystem system, long concertId, IReadOnlyList<Client> customers, int seed) =>
        (_system, ConcertId, _customers, _seed) = (system, concertId, customers, seed);

    public long ConcertId { get; }

    public int Seats => _customers.Count * SeatsEach;

    /// <summary>Customers who have signed up, and a concert with four seats for each.</summary>
    /// <param name="seed">Of what they wish.</param>
    public static async Task<Crowd> GatherAsync(FaultSystem system, int customers, int seed = Seed)
    {
        var concertId = await CreateConcertAsync(system, customers * SeatsEach / Rows);
        var clients = Enumerable.Range(0, customers).Select(n => new Client(system, n)).ToList();
        await Task.WhenAll(clients.Select(c => c.SignUpAsync()));
        return new Crowd(system, concertId, clients, seed);
    }

    /// <summary>Lets them in, and returns at once.</summary>
    public void StartBuying()
    {
        var buying = _customers
            .Select((c, n) => Task.Run(() => BuyAsync(c, new Random(_seed + n))))
            .ToList();
        _sale = WaitForAllAsync(buying);
    }

    /// <summary>Holds a seat for one of them and pays it at the provider, unconfirmed.</summary>
    public async Task<CardPayment> StartCardPaymentAsync(int customer, string card)
    {
        var held = await HoldSeatAsync(customer);
        return await CardPayment.StartAsync(held.Customer, held.ReservationId, card);
    }

    /// <summary>Holds a seat for one of them.</summary>
    public async Task<HeldSeat> HoldSeatAsync(int customer)
    {
        var client = _customers[customer];
        var answer = await client.GetAsync($"/api/concerts/{ConcertId}/seats");
        var seats = SeatMap
            .From(answer.ShouldSucceed().Json)
            .Choose(wanted: 1, favouriteSection: 0, new Random(Seed));
        var held = (await client.HoldAsync(ConcertId, seats)).ShouldSucceed();
        return new HeldSeat(client, held.Number("reservationId"), held.Number("totalAmount"));
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
        (await SoldAsync()).ShouldBe(Seats);
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

    private static async Task<long> CreateConcertAsync(FaultSystem system, int seatsPerRow)
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
                ticketsPerCustomer = 2 * SeatsEach,
                holdSeconds = 300,
            }
        );
        var id = created.ShouldSucceed().Number("concertId");
        await Eventually.Until(
            $"the seats of concert {id} are built",
            async () => (await organiser.GetAsync($"/api/concerts/{id}/seats")).IsSuccess
        );
        return id;
    }

    /// <summary>Whoever fails leaves seats behind for which the others would wait.</summary>
    private static async Task WaitForAllAsync(List<Task> buying)
    {
        while (buying.Count > 0)
        {
            var ended = await Task.WhenAny(buying);
            await ended;
            buying.Remove(ended);
        }
    }

    private async Task BuyAsync(Client customer, Random random)
    {
        using var look = new PeriodicTimer(Look);
        var bought = 0L;
        while (bought < 2 * SeatsEach)
        {
            var answer = await customer.GetAsync($"/api/concerts/{ConcertId}/seats");
            var map = SeatMap.From(answer.ShouldSucceed().Json);
            var seats = map.Choose(random.Next(1, SeatsEach + 1), favouriteSection: 0, random);
            if (seats.Count == 0 && map.Held == 0)
                return;

            if (seats.Count > 0 && await TryBuyAsync(customer, seats, random))
                bought += seats.Count;
            else
                await look.WaitForNextTickAsync();
        }
    }

    private async Task<bool> TryBuyAsync(Client customer, IReadOnlyList<long> seats, Random random)
    {
        var held = await customer.HoldAsync(ConcertId, seats);
        if (held.Problem is "seat-taken" or "ticket-limit")
            return false;

        var reservation = held.ShouldSucceed().Number("reservationId");
        switch (random.Next(10))
        {
            case 0:
                await CancelAsync(customer, reservation);
                return false;
            case < 4:
                return await PayByCardAsync(
                    customer,
                    reservation,
                    random.Next(4) == 0 ? Provider.DeclinedCard : Provider.GoodCard
                );
            default:
                await customer.ChargeAsync(held.Number("totalAmount"));
                var paid = await customer.PayAsync(reservation, "POINT");
                paid.ShouldSucceed().Word("status").ShouldBe("COMPLETED");
                return true;
        }
    }

    private static async Task<bool> PayByCardAsync(Client customer, long reservation, string card)
    {
        var payment = await CardPayment.StartAsync(customer, reservation, card);
        if (await payment.EndAsync() == "COMPLETED")
            return true;

        await CancelAsync(customer, reservation);
        return false;
    }

    /// <summary>
    /// Asked again after a lost answer, the host says that it is cancelled already.
    /// </summary>
    public static async Task CancelAsync(Client customer, long reservation)
    {
        var cancelled = await customer.CancelAsync(reservation);
        (cancelled.IsSuccess || cancelled.Problem == "illegal-state").ShouldBeTrue(cancelled.Text);
    }
}

/// <summary>A seat that somebody holds.</summary>
/// <param name="Amount">In won.</param>
internal sealed record HeldSeat(Client Customer, long ReservationId, long Amount);
