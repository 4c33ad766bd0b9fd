using System.Text.Json.Nodes;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Requests that are refused leave nothing behind: every table is as it was, row by
/// row, and no event was written.
/// </summary>
[Parallelizable]
internal sealed class NothingHalfDoneTests
{
    private static readonly string[] NoBodies = ["{", "[]", "7", "\"text\"", "{}{}"];

    /// <summary>
    /// Beside real customers' rows there is what a refused request might have touched.
    /// </summary>
    private TestSystem _system = null!;
    private Persona _mina = null!;
    private Persona _jisoo = null!;
    private long _reservation;
    private long _payment;
    private ConcertOnSale _concert = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync();
        _concert = await Given.AConcert(system: _system);
        (_mina, _jisoo) = (await Given.ACustomer(_system), await Given.ACustomer(_system));
        (await _mina.Charges(10_000)).IsSuccess.ShouldBeTrue();
        var held = (await _mina.Holds(_concert.Seat(1))).ShouldBe(Created);
        _reservation = held["reservationId"].GetInt64();
        var started = await _mina.StartsCardPayment(_reservation);
        _payment = started.ShouldBe(Created)["paymentId"].GetInt64();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [Test]
    public async Task no_write_with_a_bad_body_leaves_a_trace()
    {
        var document = (await _mina.Api.Get("/openapi/v1.json")).Json;
        var caller = await Given.TheOperator(_system);
        var before = await Settled();

        foreach (var (name, method, path, operation) in document.Operations())
        {
            if (operation.RequestExample() is not { } example)
                continue;

            var address = AddressOf(path);
            foreach (var body in BadBodies(JsonNode.Parse(example.GetRawText())!.AsObject()))
            {
                var answer = await caller.Api.Send(
                    new HttpMethod(method),
                    address,
                    body,
                    Persona.NewKey()
                );
                ((int)answer.Status).ShouldBeInRange(400, 499, $"{name} {body}: {answer.Body}");
            }
        }

        (await Everything()).ShouldBe(before);
    }

    [Test]
    public async Task no_write_without_a_good_key_leaves_a_trace()
    {
        var before = await Settled();

        foreach (var key in new[] { null, "", "two words", new string('k', 256) })
        {
            foreach (
                var (path, body) in new (string, object)[]
                {
                    (
                        "/api/reservations",
                        new { concertId = _concert.Id, seatIds = new[] { _concert.Seat(2).Id } }
                    ),
                    ("/api/wallet/charges", new { amount = 1_000 }),
                    ("/api/payments", new { reservationId = _reservation, method = "POINT" }),
                    ($"/api/payments/{_payment}/confirm", new { paymentKey = "pk_any" }),
                }
            )
            {
                (await _mina.Api.Post(path, body, key)).ShouldBe(
                    BadRequest,
                    "idempotency-key-missing",
                    "Idempotency-Key"
                );
            }
        }

        (await Everything()).ShouldBe(before);
    }

    [Test]
    public async Task what_is_anothers_is_not_found_and_stays_as_it_is()
    {
        var (mine, payments) = ($"/api/reservations/{_reservation}", $"/api/payments/{_payment}");
        var before = await Settled();

        foreach (var host in _system.Hosts)
        {
            var jisoo = _jisoo.On(host).Api;
            (await jisoo.Get(mine)).ShouldBe(NotFound, "not-found", "id");
            (await jisoo.Delete(mine)).ShouldBe(NotFound, "not-found", "id");
            (await jisoo.Get("/api/reservations"))["items"].GetArrayLength().ShouldBe(0);
            (await jisoo.Get(payments)).ShouldBe(NotFound, "not-found", "id");
            (await jisoo.Post($"{payments}/confirm", new { paymentKey = "pk_any" }, "k")).ShouldBe(
                NotFound,
                "not-found",
                "id"
            );
            foreach (var method in new[] { "POINT", "CARD" })
            {
                var paid = await jisoo.Post(
                    "/api/payments",
                    new { reservationId = _reservation, method },
                    Persona.NewKey()
                );
                paid.ShouldBe(NotFound, "not-found", "reservationId");
            }

            (await jisoo.Get("/api/wallet"))["balance"].GetInt64().ShouldBe(0);
            (await jisoo.Get($"/api/analytics/customers/{_mina.Id}")).ShouldBe(
                NotFound,
                "not-found",
                "id"
            );
            (await jisoo.Delete($"/api/concerts/{_concert.Id}")).ShouldBe(Forbidden, "forbidden");
            (await jisoo.Put($"/api/accounts/{_jisoo.Id}/roles/Operator")).ShouldBe(
                Forbidden,
                "forbidden"
            );
        }

        (await Everything()).ShouldBe(before);
    }

    [Test]
    public async Task seats_that_cannot_all_be_held_are_not_held_at_all()
    {
        var other = await Given.AConcert(system: _system);
        var before = await Settled();

        var oneTaken = await _jisoo.Holds(_concert.Seats(1, 2));
        var oneElsewhere = await _jisoo.Holds(_concert.Seat(2), other.Seat(1));
        var oneTwice = await _jisoo.Holds(_concert.Seat(2), _concert.Seat(2));
        var tooMany = await _jisoo.Holds(_concert.Seats(2, 10));
        var beyondTheLimit = await _jisoo.Holds(_concert.Seats(2, 6));

        oneTaken.ShouldBe(Conflict, "seat-taken");
        oneElsewhere.ShouldBe(NotFound, "not-found", "seatIds");
        oneTwice.ShouldBe(BadRequest, "validation", "seatIds");
        tooMany.ShouldBe(BadRequest, "validation", "seatIds");
        beyondTheLimit.ShouldBe(Conflict, "ticket-limit");
        (await Everything()).ShouldBe(before);
    }

    private string AddressOf(string path)
    {
        var id =
            path.Contains("/payments/", StringComparison.Ordinal) ? _payment
            : path.Contains("/concerts/", StringComparison.Ordinal) ? _concert.Id
            : _mina.Id;
        return path.Replace("{id}", $"{id}", StringComparison.Ordinal)
            .Replace("{role}", "Organiser", StringComparison.Ordinal);
    }

    /// <summary>None of them can be meant, whatever the operation is.</summary>
    private static IEnumerable<string> BadBodies(JsonObject example)
    {
        foreach (var body in NoBodies)
            yield return body;
        foreach (var field in example.Select(f => f.Key).ToList())
        {
            var wrong = example.DeepClone().AsObject();
            wrong[field] = new JsonObject { ["x"] = 1 };
            yield return wrong.ToJsonString();
        }

        var unknown = example.DeepClone().AsObject();
        unknown["surprise"] = 1;
        yield return unknown.ToJsonString();
        yield return $$"""{"x":"{{new string('x', 65 * 1024)}}"}""";
    }

    private Task<string> Settled() => Tables.SettledAsync(_system);

    private Task<string> Everything() => Tables.EverythingAsync(_system);
}
