using System.Net;
using System.Text.Json;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using ConcertReservation.Tests.Integration.Verification;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>
/// Events of hours ago that nobody has heard of come now, the later ones of a reservation first:
/// they count where they happened, and nowhere else.
/// </summary>
[Parallelizable]
internal sealed class LateEventsTests
{
    /// <summary>Of two reservations that the system has never made.</summary>
    private const long Lapsed = 9_000_000_001;
    private const long Sold = 9_000_000_002;
    private const long Payment = 9_000_000_003;

    private TestSystem _system = null!;
    private Persona _operator = null!;
    private Persona _mina = null!;
    private ConcertOnSale _concert = null!;
    private ConcertOnSale _other = null!;

    /// <summary>The hour in which they come.</summary>
    private DateTimeOffset _now;

    private Dictionary<string, Answer> _before = null!;
    private Dictionary<string, Answer> _after = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        _operator = await Given.TheOperator(_system);
        _mina = await Given.ACustomer(_system);
        _concert = await Given.AConcert(seats: 10, system: _system);
        _other = await Given.AConcert(seats: 10, system: _system);
        await _mina.Buys(_concert.Seats(1, 2));
        await _mina.Reserves(_concert.Seat(3));
        await _mina.Buys(_other.Seat(1));
        await _mina.Ranks(_other, seats: 1);
        await _system.HasLostNothing();
        var time = await _system.Database.ScalarAsync<DateTime>(
            "SELECT date_trunc('hour', clock.now(), 'UTC')"
        );
        _now = new DateTimeOffset(time);

        _before = await ReadAsync();
        Send([Expired(), Created(Lapsed, -5, seats: 2), Confirmed(), Created(Sold, -3, seats: 1)]);
        await _mina.Ranks(_concert, seats: 4);
        await Eventually.Until(
            "they are counted",
            () =>
                _system.Database.ScalarAsync<bool>(
                    "SELECT count(*) = 4 FROM data_platform.events WHERE key IN ($1, $2)",
                    $"reservation-{Lapsed}",
                    $"reservation-{Sold}"
                )
        );
        _after = await ReadAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [Test]
    public void hours_change_where_they_happened() =>
        Changes("hourly", "hours")
            .ShouldBe(
                [
                    "-5h bookings +1",
                    "-5h seatsBooked +2",
                    "-4h expiries +1",
                    "-3h bookings +1",
                    "-3h seatsBooked +1",
                    "-2h confirmations +1",
                    "-2h seatsSold +1",
                    "-2h revenue +50000",
                ],
                ignoreOrder: true
            );

    [Test]
    public void the_funnel_changes_where_the_holds_began() =>
        Changes("funnel", "intervals")
            .ShouldBe(
                [
                    "-5h held +1",
                    "-5h expired +1",
                    "-5h seatsHeld +2",
                    "-3h held +1",
                    "-3h paid +1",
                    "-3h confirmed +1",
                    "-3h sold +1",
                    "-3h seatsHeld +1",
                    "-3h seatsSold +1",
                    "-3h revenue +50000",
                ],
                ignoreOrder: true
            );

    [Test]
    public void the_house_is_fuller_from_then_on() =>
        Changes("sell-through", "intervals")
            .ShouldBe(
                [
                    "-2h seatsSold +1",
                    "-2h revenue +50000",
                    "-2h soldSoFar +1",
                    "-1h soldSoFar +1",
                    "0h soldSoFar +1",
                ],
                ignoreOrder: true
            );

    [Test]
    public void the_concert_and_the_customer_have_two_more_bookings_of_which_one_is_sold()
    {
        Changes("concert")
            .ShouldBe(
                [
                    "bookings +2",
                    "confirmations +1",
                    "expiries +1",
                    "soldSeats +1",
                    "revenue +50000",
                ],
                ignoreOrder: true
            );
        Changes("customer")
            .ShouldBe(
                ["bookings +2", "confirmations +1", "seats +1", "spend +50000"],
                ignoreOrder: true
            );
    }

    [TestCase("other")]
    [TestCase("reservation")]
    [TestCase("wallet")]
    public void what_they_do_not_tell_of_stays_as_it_was(string what)
    {
        _before[what].ShouldBe(HttpStatusCode.OK);

        _after[what].Body.ShouldBe(_before[what].Body);
    }

    [Test]
    public async Task whoever_asks_for_a_time_in_between_is_told_what_was_so_then()
    {
        foreach (
            var (reservation, hours, status) in new[]
            {
                (Lapsed, -4.5, "HELD"),
                (Lapsed, -3.5, "EXPIRED"),
                (Sold, -2.5, "HELD"),
                (Sold, -1.5, "CONFIRMED"),
            }
        )
        {
            var time = _now.AddHours(hours).UtcDateTime;
            var path = $"/api/audit/reservation/{reservation}?asOf={time:O}";
            var told = (await _operator.Api.Get(path)).ShouldBe(HttpStatusCode.OK);
            told["state"].GetProperty("status").GetString().ShouldBe(status, path);
        }
    }

    [Test]
    public async Task none_is_a_dead_letter() =>
        (
            await _system.Database.ScalarAsync<long>("SELECT count(*) FROM messaging.dead_letters")
        ).ShouldBe(0);

    private async Task<Dictionary<string, Answer>> ReadAsync()
    {
        var range = $"from={_now.AddHours(-6).UtcDateTime:O}&to={_now.AddHours(1).UtcDateTime:O}";
        var analytics = $"/api/analytics/concerts/{_concert.Id}";
        var paths = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["hourly"] = $"/api/analytics/hourly?{range}",
            ["funnel"] = $"{analytics}/funnel?interval=hour&{range}",
            ["sell-through"] = $"{analytics}/sell-through?interval=hour&{range}",
            ["concert"] = analytics,
            ["customer"] = $"/api/analytics/customers/{_mina.Id}",
            ["other"] = $"/api/analytics/concerts/{_other.Id}",
        };
        var answers = new Dictionary<string, Answer>(StringComparer.Ordinal)
        {
            ["reservation"] = await _mina.Api.Get("/api/reservations"),
            ["wallet"] = await _mina.Api.Get("/api/wallet/entries"),
        };
        foreach (var (what, path) in paths)
            answers[what] = (await _operator.Api.Get(path)).ShouldBe(HttpStatusCode.OK);
        return answers;
    }

    /// <summary>The figures that differ, by hour where there is a list of hours.</summary>
    private IEnumerable<string> Changes(string what, string? list = null)
    {
        var (before, after) = (Figures(_before[what], list), Figures(_after[what], list));
        after.Keys.ShouldBe(before.Keys, ignoreOrder: true);
        return after
            .Where(f => f.Value != before[f.Key])
            .Select(f => $"{f.Key} {f.Value - before[f.Key]:+0;-0}");
    }

    private Dictionary<string, long> Figures(Answer answer, string? list) =>
        (list is null ? [answer.Json] : answer[list].EnumerateArray().ToArray())
            .SelectMany(entry =>
                entry
                    .EnumerateObject()
                    .SelectMany(PartsOf)
                    .Where(m => m.Value.ValueKind == JsonValueKind.Number)
                    .Where(m => m.Value.TryGetInt64(out _))
                    .Where(m => !IsShare(m.Name))
                    .Select(m => (Name: HourOf(entry) + m.Name, Value: m.Value.GetInt64()))
            )
            .ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);

    private static IEnumerable<JsonProperty> PartsOf(JsonProperty member) =>
        member.Name is "steps" or "sums" ? member.Value.EnumerateObject() : [member];

    /// <summary>It follows from others, and is 0 or 1 at times.</summary>
    private static bool IsShare(string name) =>
        name is "paidShare" or "confirmedShare" or "sellThrough" or "conversion"
        || name.StartsWith("median", StringComparison.Ordinal);

    private string HourOf(JsonElement entry) =>
        entry.TryGetProperty("start", out var start)
            ? $"{(start.GetDateTimeOffset() - _now).TotalHours:0}h "
            : "";

    private ReservationCreated Created(long reservation, double hours, int seats) =>
        new()
        {
            OccurredAt = _now.AddHours(hours),
            Version = 1,
            ReservationId = reservation,
            UserId = _mina.Id,
            ConcertId = _concert.Id,
            SeatId = _concert.Seat(5).Id,
            SeatIds = [.. _concert.Seats(5, 4 + seats).Select(s => s.Id)],
            Amount = new Money(50_000 * seats),
            UserEmail = _mina.Email,
            Language = "ko",
            ConcertName = "Night",
            HeldUntil = _now.AddHours(hours + 1),
        };

    private ReservationExpired Expired() =>
        new()
        {
            OccurredAt = _now.AddHours(-4),
            Version = 2,
            ReservationId = Lapsed,
            UserId = _mina.Id,
            ConcertId = _concert.Id,
            SeatIds = [.. _concert.Seats(5, 6).Select(s => s.Id)],
            UserEmail = _mina.Email,
            Language = "ko",
            ConcertName = "Night",
        };

    private ReservationConfirmed Confirmed() =>
        new()
        {
            OccurredAt = _now.AddHours(-2),
            Version = 2,
            ReservationId = Sold,
            UserId = _mina.Id,
            ConcertId = _concert.Id,
            SeatIds = [_concert.Seat(5).Id],
            Amount = new Money(50_000),
            PaymentId = Payment,
            UserEmail = _mina.Email,
            Language = "ko",
            ConcertName = "Night",
        };

    private void Send(IEnumerable<DomainEvent> events)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = _system.Kafka.BootstrapServers }
        ).Build();
        foreach (var late in events)
            producer.Produce(
                _system.Kafka.Prefix + late.Topic,
                CloudEvent.Of(OutboxRow.From(late))
            );
        producer.Flush(TimeSpan.FromSeconds(10));
    }
}
