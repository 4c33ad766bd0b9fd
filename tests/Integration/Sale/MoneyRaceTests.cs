using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using ConcertReservation.Tests.Integration.Payments;
using ConcertReservation.Tests.Integration.Verification;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>
/// A customer in front of two hosts at once: they pay twice, or pay and cancel. Whoever wins, the
/// seat is either sold for its price or free for none.
/// </summary>
[Parallelizable]
internal sealed partial class MoneyRaceTests
{
    private const int Races = 24;
    private const int AtOnce = 6;
    private const long Price = 50_000;
    private const string Cancel = "cancel";
    private const string Card = "CARD";
    private const string Point = "POINT";

    private TestSystem _system = null!;
    private HttpClient _provider = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync();
        _provider = new HttpClient { BaseAddress = _system.Sandbox };
        _provider.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(
            PaymentsSystem.MerchantCredentials
        );
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _provider?.Dispose();
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [TestCase("free", "CARD sold", Cancel, Card, Category = "Long")]
    [TestCase("free", "POINT sold", Cancel, Point, Category = "Long")]
    [TestCase("CARD sold", "CARD sold", Card, Card, Category = "Long")]
    [TestCase("CARD sold", "POINT sold", Card, Point)]
    [TestCase("free", "POINT sold", Cancel, Card, Point)]
    public async Task whoever_wins_the_seat_is_sold_for_its_price_or_free_for_none(
        string end,
        string otherEnd,
        params string[] contenders
    )
    {
        var random = new Random(6);
        var concert = await Given.AConcert(seats: Races, price: Price, system: _system);
        var customers = await Given.Customers(AtOnce, _system);
        foreach (var customer in customers)
            (await customer.Charges(1_000_000)).IsSuccess.ShouldBeTrue();

        var ends = new List<string>();
        foreach (var numbers in Enumerable.Range(1, Races).Chunk(AtOnce))
        {
            var races = numbers.Select(
                (number, i) =>
                {
                    var order = contenders.ToArray();
                    random.Shuffle(order);
                    return RaceAsync(customers[i], concert.Seat(number), order, random.Next(3));
                }
            );
            ends.AddRange(await Task.WhenAll(races));
        }

        ends.Distinct().ShouldBeSubsetOf(["free", "CARD sold", "POINT sold"]);
        ends.ShouldContain(end);
        ends.ShouldContain(otherEnd);
        await _system.HasLostNothing();
    }

    /// <param name="headStart">Steps that the first has done before all others set off.</param>
    /// <returns>How it ended: free, or sold and how it was paid.</returns>
    private async Task<string> RaceAsync(Persona customer, Seat seat, string[] order, int headStart)
    {
        var reservation = await customer.Reserves(seat);
        var before = await customer.HasPoints();
        var contenders = order
            .Select(
                (what, i) => new Contender(what, customer.On(_system.Hosts[i % 2]), reservation)
            )
            .ToList();

        await contenders[0].RunAsync(headStart);
        await Task.WhenAll(contenders.Select(c => c.RunAsync(int.MaxValue)));

        var told = string.Join("; ", contenders);
        contenders.ShouldAllBe(c => (int)c.LastStatus < 500, told);
        var end = await EndAsync(reservation, seat, told);
        var isFree = end == "free";
        foreach (var cancelling in contenders.Where(c => c.What == Cancel))
        {
            cancelling.LastStatus.ShouldBe(
                isFree ? HttpStatusCode.NoContent : HttpStatusCode.Conflict,
                told
            );
        }

        (before - await customer.HasPoints()).ShouldBe(end == "POINT sold" ? Price : 0, told);
        await ProviderShouldAgreeAsync(reservation, told);
        return end;
    }

    /// <summary>
    /// Sold to one payment that was completed, or free and nothing kept; whatever else was begun
    /// has failed.
    /// </summary>
    private async Task<string> EndAsync(long reservation, Seat seat, string told)
    {
        var seen = await Eventually.Becomes(
            $"reservation {reservation} is sold or free, after {told}",
            () =>
                _system.Database.ScalarAsync<string>(
                    """
                    SELECT concat_ws(' ', r.status, s.state,
                        s.reservation_id IS NOT DISTINCT FROM r.id,
                        (SELECT string_agg(p.method || ' ' || p.status, ' ' ORDER BY p.status)
                            FROM payments.payments p WHERE p.reservation_id = r.id))
                    FROM reservations.reservations r, reservations.seats s
                    WHERE r.id = $1 AND s.id = $2
                    """,
                    reservation,
                    seat.Id
                ),
            row => Sold.IsMatch(row) || Free.IsMatch(row)
        );
        return Sold.Match(seen) is { Success: true } sold
            ? $"{sold.Groups["method"]} sold"
            : "free";
    }

    /// <summary>It has the money of the sale, and of nothing else.</summary>
    private async Task ProviderShouldAgreeAsync(long reservation, string told)
    {
        var orders = await _system.Database.ReadAsync<string>(
            """
            SELECT order_id || ' ' || status FROM payments.payments
            WHERE reservation_id = $1 AND order_id IS NOT NULL
            """,
            reservation
        );
        foreach (var order in orders.Select(o => o.Split(' ')))
        {
            var path = new Uri($"/v1/payments/orders/{order[0]}", UriKind.Relative);
            using var response = await _provider.GetAsync(path);
            var known = await Integration.Answer.OfAsync(response);
            var status = known.IsSuccess ? known["status"].GetString() : "unknown";
            switch (order[1])
            {
                case "COMPLETED":
                    status.ShouldBe("DONE", told);
                    break;
                case "REFUNDED":
                    status.ShouldBe("CANCELED", told);
                    break;
                default:
                    status.ShouldNotBe("DONE", told);
                    break;
            }
        }
    }

    [GeneratedRegex(
        "^CONFIRMED sold t (?<method>CARD|POINT) COMPLETED( (CARD|POINT) FAILED)*$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Sold { get; }

    [GeneratedRegex(
        "^CANCELLED free f( (CARD|POINT) FAILED)*( (CARD|POINT) REFUNDED)?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Free { get; }

    /// <summary>One of those who race, a request after the other.</summary>
    private sealed class Contender
    {
        private readonly Func<Task<Answer>>[] _steps;
        private readonly List<Answer> _answers = [];

        public Contender(string what, Persona customer, long reservation)
        {
            What = what;
            _steps = what switch
            {
                Cancel => [() => customer.Cancels(reservation)],
                Point => [() => customer.PaysByPoints(reservation)],
                _ =>
                [
                    () => customer.StartsCardPayment(reservation),
                    () => customer.PaysAndConfirms(_answers[0]),
                ],
            };
        }

        public string What { get; }

        public HttpStatusCode LastStatus => _answers[^1].Status;

        public override string ToString() =>
            $"{What}: {string.Join(", ", _answers.Select(a => $"{(int)a.Status} {a.Body}"))}";

        public async Task RunAsync(int steps)
        {
            foreach (var step in _steps.Skip(_answers.Count).Take(steps).ToList())
                _answers.Add(await step());
        }
    }
}
