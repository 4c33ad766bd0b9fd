using System.Text.Json;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

[Parallelizable]
internal sealed class ExportTests
{
    private const string Path = "/api/accounts/me/export";

    [Test]
    public async Task a_person_gets_everything_that_is_kept_about_them_and_nothing_of_others()
    {
        var (mina, jisoo) = (await Given.ACustomer(), await Given.ACustomer());
        var concert = await Given.AConcert(price: 1_000);
        (await mina.Api.Post($"/api/concerts/{concert.Id}/waitlist")).ShouldBe(NoContent);
        var reservation = await Buy(mina, concert.Seat(1));
        var guess = new { mina.Email, password = "a guess" };
        (await new Api(mina.Host).Post("/api/accounts/login", guess)).ShouldBe(Unauthorized);
        await Buy(jisoo, concert.Seat(2));

        var export = await Eventually.Becomes(
            "everything has arrived everywhere",
            () => mina.Api.Get(Path),
            e =>
                Kind(e, "dataPlatform", "events").Count() == 5
                && Kind(e, "notifications", "mails").Count() >= 3
        );

        export.ShouldBe(OK).MediaType.ShouldBe("application/json");
        export
            .Headers["Content-Disposition"]
            .ShouldBe($"attachment; filename=\"concert-reservation-{mina.Id}.json\"");
        var account = Kind(export, "accounts", "account").ShouldHaveSingleItem();
        account.GetProperty("email").GetString().ShouldBe(mina.Email);
        account.GetProperty("roles")[0].GetString().ShouldBe("Customer");
        Kind(export, "accounts", "sessions").ShouldHaveSingleItem();
        Kind(export, "accounts", "signInFailures")
            .ShouldHaveSingleItem()
            .GetProperty("failures")
            .GetInt32()
            .ShouldBe(1);
        Kind(export, "accounts", "addresses")
            .ShouldHaveSingleItem()
            .GetProperty("address")
            .GetString()
            .ShouldBe("127.0.0.1");
        var own = Kind(export, "reservations", "reservations").ShouldHaveSingleItem();
        own.GetProperty("reservation")
            .GetProperty("reservationId")
            .GetInt64()
            .ShouldBe(reservation);
        own.GetProperty("userEmail").GetString().ShouldBe(mina.Email);
        Kind(export, "payments", "payments").ShouldHaveSingleItem();
        Kind(export, "payments", "wallet")
            .ShouldHaveSingleItem()
            .GetProperty("balance")
            .GetInt64()
            .ShouldBe(4_000);
        Kind(export, "payments", "walletEntries")
            .Select(e => e.GetProperty("amount").GetInt64())
            .ShouldBe([5_000, -1_000]);
        Kind(export, "notifications", "waitlist").ShouldHaveSingleItem();
        Kind(export, "dataPlatform", "events")
            .Select(e => e.GetProperty("event").GetProperty("eventType").GetString())
            .ShouldBe(
                [
                    "USER_SIGNED_UP",
                    "RESERVATION_CREATED",
                    "PAYMENT_STARTED",
                    "PAYMENT_COMPLETED",
                    "RESERVATION_CONFIRMED",
                ],
                ignoreOrder: true
            );
        Kind(export, "dataPlatform", "bookings").ShouldHaveSingleItem();
        export.Body.ShouldNotContain(jisoo.Email);
        export.Body.ShouldNotContain("password", Case.Insensitive);
    }

    [Test]
    public async Task times_are_written_as_everywhere()
    {
        var mina = await Given.ACustomer();

        var export = (await mina.Api.Get(Path)).ShouldBe(OK);

        Kind(export, "accounts", "account")
            .Single()
            .GetProperty("signedUpAt")
            .GetString()!
            .ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$");
    }

    [Test]
    public async Task an_export_is_not_asked_for_all_the_time()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                EmbeddedKafka = true,
                Settings = new Dictionary<string, string?> { ["Accounts:ExportsPerMinute"] = "1" },
            }
        );
        var mina = await Given.ACustomer(system);
        (await mina.Api.Get(Path)).ShouldBe(OK);

        var again = await mina.Api.Get(Path);

        again.ShouldBe(TooManyRequests, "too-many-requests");
        again.Headers["Retry-After"].ShouldNotBeEmpty();
        (await (await Given.ACustomer(system)).Api.Get(Path)).ShouldBe(OK);
    }

    private static async Task<long> Buy(Persona who, Seat seat)
    {
        (await who.Charges(5_000)).ShouldBe(Created);
        var reservation = (await who.Holds(seat)).ShouldBe(Created)["reservationId"].GetInt64();
        (await who.PaysByPoints(reservation)).ShouldBe(Created);
        return reservation;
    }

    private static IEnumerable<JsonElement> Kind(Answer export, string section, string kind) =>
        export.Json.TryGetProperty(section, out var part) && part.TryGetProperty(kind, out var list)
            ? list.EnumerateArray()
            : [];
}
