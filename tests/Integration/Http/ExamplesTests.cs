using System.Text.Json;
using System.Text.Json.Nodes;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Swagger UI fills bodies in with the examples: whoever presses Execute gets a seat.
/// </summary>
internal sealed class ExamplesTests
{
    private JsonElement _document;

    [OneTimeSetUp]
    public async Task ReadAsync() => _document = await ApiDocument.ReadAsync();

    [Test]
    public async Task in_their_order_they_lead_to_a_concert_and_paid_seats()
    {
        var organiser = await Given.AnOrganiser();
        var created = await organiser.Api.Post("/api/concerts", Example("POST /api/concerts"));
        var concertId = created.ShouldBe(Created)["concertId"].GetInt64();
        var seats = await Eventually.Value(
            "the seats of the example's concert are built",
            async () =>
            {
                var answer = await organiser.Api.Get($"/api/concerts/{concertId}/seats");
                return answer.IsSuccess ? answer : null;
            }
        );
        var firstSeat = seats["sections"][0].GetProperty("firstSeatId").GetInt64();
        var mina = await Given.ACustomer();
        var key = Guid.NewGuid().ToString();

        // Only ids are put in: an example cannot know them.
        var hold = Example("POST /api/reservations");
        hold["concertId"] = concertId;
        var proposed = hold["seatIds"]!.AsArray().Select(id => firstSeat - 1 + (long)id!);
        hold["seatIds"] = new JsonArray([.. proposed.Select(id => JsonValue.Create(id))]);
        var held = await mina.Api.Post("/api/reservations", hold, key);
        var charge = Example("POST /api/wallet/charges");
        (await mina.Api.Post("/api/wallet/charges", charge, key)).ShouldBe(Created);
        var payment = Example("POST /api/payments");
        payment["reservationId"] = held.ShouldBe(Created)["reservationId"].GetInt64();
        var paid = await mina.Api.Post("/api/payments", payment, key);

        paid.ShouldBe(Created)["status"].GetString().ShouldBe("COMPLETED");
    }

    [Test]
    public async Task who_signs_up_as_the_example_can_sign_in_as_the_example()
    {
        var anybody = new Api(SharedSystem.System.HostA);
        var (signUp, signIn) = (Example("POST /api/accounts"), Example("POST /api/accounts/login"));
        signIn["email"]!.GetValue<string>().ShouldBe(signUp["email"]!.GetValue<string>());
        // Other tests send the examples too, and an address has one account.
        signIn["email"] = $"{Guid.NewGuid():N}@test.example";
        signUp["email"] = signIn["email"]!.DeepClone();

        (await anybody.Post("/api/accounts", signUp)).ShouldBe(Created);
        (await anybody.Post("/api/accounts/login", signIn)).ShouldBe(OK);
    }

    private JsonObject Example(string operation) =>
        JsonNode
            .Parse(
                _document
                    .Operations()
                    .Single(o => o.Name == operation)
                    .Operation.RequestExample()!
                    .Value.GetRawText()
            )!
            .AsObject();
}
