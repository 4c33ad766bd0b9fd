using ConcertReservation.Contracts;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>
/// Random histories of a small sale, over two hosts, against a model that knows the rules and
/// nothing of SQL: each answer is the model's, and at the end the tables agree with it.
/// </summary>
internal sealed class ReservationHistories
{
    private const int Seats = 6;
    private const int Limit = 3;
    private const int HoldSeconds = 60;
    private const int ExtensionSeconds = 120;
    private const int Steps = 40;

    /// <summary>
    /// No sum of these comes near a deadline: how long the test itself takes does not matter.
    /// </summary>
    private static readonly int[] Waits = [35, 95];

    private readonly List<Expected> _reservations = [];
    private Random _random = new(0);
    private GivenConcert _concert = null!;
    private long[] _customers = [];
    private double _now;

    private sealed class Expected(GivenReservation given, int[] seats, double until)
    {
        public GivenReservation Given { get; } = given;
        public int[] Seats { get; } = seats;
        public string Status { get; set; } = "HELD";
        public double Until { get; set; } = until;
        public long? Payment { get; set; }
        public bool Extended { get; set; }
    }

    [Test]
    public async Task every_answer_is_the_models([Range(1, 20)] int seed)
    {
        _random = new Random(seed);
        _reservations.Clear();
        _now = 0;
        _concert = await GivenConcert.WithAsync(Seats, HoldSeconds, Limit);
        _customers = [NewCustomer(), NewCustomer(), NewCustomer()];

        for (var step = 0; step < Steps; step++)
            await StepAsync();

        foreach (var expected in _reservations)
            (await StatusOf(expected)).ShouldBe(StatusNow(expected));
        await Invariants.AreKeptAsync();
    }

    private Task StepAsync() =>
        _random.Next(10) switch
        {
            < 4 => HoldAsync(),
            4 => WithOne(CancelAsync),
            5 => WithOne(ExtendAsync),
            6 => WithOne(PinAsync),
            7 => WithOne(CompleteAsync),
            8 => WithOne(FailAsync),
            _ => WaitAsync(),
        };

    private async Task HoldAsync()
    {
        var customer = _customers[_random.Next(_customers.Length)];
        var seats = Enumerable
            .Range(1, Seats)
            .OrderBy(_ => _random.Next())
            .Take(_random.Next(1, 3))
            .Order()
            .ToArray();

        var answer = await HostOf(_random.Next(2))
            .HoldAsync(customer, _concert.Id, _concert.Seats(seats));

        var taken = seats.Where(s => OwnerOf(s) is not null).ToArray();
        if (taken.Length > 0)
        {
            answer.ShouldBeRefused(409, "seat-taken").SeatIds.ShouldBe(_concert.Seats(taken));
            return;
        }

        if (LiveOf(customer) + seats.Length > Limit)
        {
            answer.ShouldBeRefused(409, "ticket-limit");
            return;
        }

        var given = new GivenReservation(
            answer.ShouldBeCreated().ReservationId,
            customer,
            GivenReservation.NewPayment(),
            _concert
        );
        _reservations.Add(new Expected(given, seats, _now + HoldSeconds));
    }

    private async Task CancelAsync(Expected expected)
    {
        var answer = await HostA.SendAsync(
            HttpMethod.Delete,
            $"/reservations/{expected.Given.Id}",
            expected.Given.Customer
        );
        var may = StatusNow(expected) is "HELD" or "CONFIRMED";
        answer.Status.ShouldBe(
            may ? System.Net.HttpStatusCode.NoContent : System.Net.HttpStatusCode.Conflict
        );
        if (may)
            expected.Status = "CANCELLED";
    }

    private async Task ExtendAsync(Expected expected)
    {
        var payment = SomePayment(expected);
        (await expected.Given.ExtendAsync(payment)).ShouldBe(MayPay(expected, payment));
        if (StatusNow(expected) == "HELD" && !expected.Extended)
        {
            expected.Extended = true;
            expected.Until = Math.Max(expected.Until, _now + ExtensionSeconds);
        }
    }

    private async Task PinAsync(Expected expected)
    {
        var payment = SomePayment(expected);
        (await expected.Given.PinAsync(payment)).ShouldBe(MayPay(expected, payment));
        if (StatusNow(expected) == "HELD")
            (expected.Status, expected.Payment) = ("PAYING", payment);
    }

    private async Task FailAsync(Expected expected)
    {
        var payment = SomePayment(expected);
        await HostB.ReceiveAsync(expected.Given.Failed(payment));
        if (expected.Status == "PAYING" && expected.Payment == payment)
        {
            (expected.Status, expected.Payment) = ("HELD", null);
            expected.Until = Math.Max(expected.Until, _now + HoldSeconds);
        }
    }

    private async Task CompleteAsync(Expected expected)
    {
        var payment = SomePayment(expected);
        var before = await Sql.EventsAsync(expected.Given.Id);
        var isRepeat = expected.Payment == payment && expected.Status is "CONFIRMED" or "CANCELLED";
        var sells = StatusNow(expected) switch
        {
            "HELD" or "PAYING" => true,
            "EXPIRED" => expected.Seats.All(s => OwnerOf(s) is null)
                && LiveOf(expected.Given.Customer) + expected.Seats.Length <= Limit,
            _ => false,
        };

        await HostA.ReceiveAsync(expected.Given.Completed(payment));

        var told = (await Sql.EventsAsync(expected.Given.Id))[before.Length..];
        told = [.. told.Where(e => e != "RESERVATION_EXPIRED")];
        if (isRepeat)
            told.ShouldBeEmpty();
        else
            told.ShouldBe([sells ? "RESERVATION_CONFIRMED" : "RESERVATION_CONFIRMATION_FAILED"]);
        if (sells)
            (expected.Status, expected.Payment) = ("CONFIRMED", payment);
    }

    private async Task WaitAsync()
    {
        var seconds = Waits[_random.Next(Waits.Length)];
        await DatabaseTime.AdvanceAsync(seconds);
        _now += seconds;
    }

    private Task WithOne(Func<Expected, Task> act) =>
        _reservations.Count == 0
            ? Task.CompletedTask
            : act(_reservations[_random.Next(_reservations.Count)]);

    private long SomePayment(Expected expected) =>
        _random.Next(2) == 0 ? expected.Given.PaymentId : expected.Given.PaymentId + 1_000_000;

    private PinResult MayPay(Expected expected, long payment) =>
        StatusNow(expected) switch
        {
            "HELD" => PinResult.Done,
            "PAYING" or "CONFIRMED" when expected.Payment == payment => PinResult.Done,
            "EXPIRED" => PinResult.Lapsed,
            _ => PinResult.IllegalState,
        };

    private string StatusNow(Expected expected) =>
        expected.Status == "HELD" && expected.Until <= _now ? "EXPIRED" : expected.Status;

    private Expected? OwnerOf(int seat) =>
        _reservations.SingleOrDefault(r => IsLive(r) && r.Seats.Contains(seat));

    private int LiveOf(long customer) =>
        _reservations
            .Where(r => IsLive(r) && r.Given.Customer == customer)
            .Sum(r => r.Seats.Length);

    private bool IsLive(Expected expected) =>
        StatusNow(expected) is "HELD" or "PAYING" or "CONFIRMED";

    private static async Task<string> StatusOf(Expected expected)
    {
        var answer = await HostB.SendAsync(
            HttpMethod.Get,
            $"/reservations/{expected.Given.Id}",
            expected.Given.Customer
        );
        return answer.Json["status"]!.GetValue<string>();
    }
}
