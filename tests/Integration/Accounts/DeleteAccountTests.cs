using System.Text;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

[Parallelizable]
internal sealed class DeleteAccountTests
{
    private const string Path = "/api/accounts/me";

    private static TestSystem System => SharedSystem.System;

    [Test]
    public async Task a_deleted_account_is_gone_everywhere_and_its_address_is_free()
    {
        var mina = await Given.ACustomer(language: "en");
        var phone = await mina.SignsInAgain();

        (await Delete(mina)).ShouldBe(NoContent);

        (await mina.Api.Get(Path)).ShouldBe(Unauthorized, "not-signed-in");
        (await phone.Api.Get(Path)).ShouldBe(Unauthorized, "not-signed-in");
        (await Refresh(phone)).ShouldBe(Unauthorized, "not-signed-in");
        (await SignIn(mina)).ShouldBe(Unauthorized, "not-signed-in");
        await Eventually.Until(
            "the other host refuses the token too",
            async () => (await mina.On(System.HostB).Api.Get(Path)).Status == Unauthorized,
            within: TimeSpan.FromSeconds(30)
        );
        await Eventually.Until(
            "a last mail says so",
            () =>
                System
                    .Mails.To(mina.Email)
                    .Any(m => m.Contains("Subject: Your account is deleted", Ordinal))
        );
        var again = await SignUp(mina);
        again.ShouldBe(Created)["id"].GetInt64().ShouldNotBe(mina.Id);
        (await SignIn(mina)).ShouldBe(OK);
    }

    [Test]
    public async Task roles_of_a_deleted_account_cannot_be_changed()
    {
        var (mina, op) = (await Given.ACustomer(), await Given.TheOperator());
        (await Delete(mina)).ShouldBe(NoContent);

        (await op.Api.Put($"/api/accounts/{mina.Id}/roles/Organiser")).ShouldBe(
            NotFound,
            "not-found",
            "id"
        );
        (await op.Api.Delete($"/api/accounts/{mina.Id}/roles/Customer")).ShouldBe(
            NotFound,
            "not-found",
            "id"
        );
    }

    [TestCase("""{"password":"not this"}""", "password")]
    [TestCase("""{"password":""}""", "password")]
    [TestCase("{}", "password")]
    [TestCase("""{"password":"x","forfeitPoints":"yes"}""", "forfeitPoints")]
    [TestCase(null, "body")]
    public async Task without_the_password_nothing_is_deleted(string? body, string field)
    {
        var mina = await Given.ACustomer();

        (await mina.Api.Send(HttpMethod.Delete, Path, body)).ShouldBe(
            BadRequest,
            "validation",
            field
        );

        (await mina.Api.Get(Path)).ShouldBe(OK);
    }

    [Test]
    public async Task while_seats_are_held_or_booked_an_account_stays()
    {
        var mina = await Given.ACustomer();
        var concert = await Given.AConcert(price: 1_000);
        var held = await Hold(mina, concert.Seat(1));

        (await ObstaclesOf(mina)).ShouldBe([$"reservation {held}"]);

        (await mina.Charges(1_000)).ShouldBe(Created);
        (await mina.PaysByPoints(held)).ShouldBe(Created);
        await Eventually.Until(
            "the reservation is confirmed",
            async () => (await mina.Sees(held))["status"].GetString() == "CONFIRMED"
        );
        (await ObstaclesOf(mina)).ShouldBe([$"reservation {held}"]);
        (await mina.Api.Get(Path)).ShouldBe(OK);
    }

    [Test]
    public async Task what_was_given_back_or_has_lapsed_is_no_obstacle()
    {
        // Others are in the shared system, whose time is theirs, too.
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions { Hosts = 1, EmbeddedKafka = true }
        );
        var mina = await Given.ACustomer(system);
        var concert = await Given.AConcert(holdSeconds: 300, system: system);
        (await mina.Cancels(await Hold(mina, concert.Seat(1)))).ShouldBe(NoContent);
        var held = await Hold(mina, concert.Seat(2));
        (await ObstaclesOf(mina)).ShouldBe([$"reservation {held}"]);

        await system.AdvanceAsync(seconds: 301);

        (await Delete(mina)).ShouldBe(NoContent);
    }

    [Test]
    public async Task while_a_payment_is_under_way_an_account_stays()
    {
        var mina = await Given.ACustomer();
        var concert = await Given.AConcert();
        var held = await Hold(mina, concert.Seat(1));
        var started = await mina.StartsCardPayment(held);
        var payment = started.ShouldBe(Created)["paymentId"].GetInt64();

        (await ObstaclesOf(mina)).ShouldBe(
            [$"reservation {held}", $"payment {payment}"],
            ignoreOrder: true
        );
    }

    [Test]
    public async Task points_that_are_left_are_lost_only_where_the_owner_says_so()
    {
        var mina = await Given.ACustomer();
        (await mina.Charges(92_000)).ShouldBe(Created);

        (await ObstaclesOf(mina)).ShouldBe(["wallet"]);
        (await Delete(mina, forfeitPoints: true)).ShouldBe(NoContent);

        var balance = await System.Database.ScalarAsync<long>(
            "SELECT balance FROM payments.wallets WHERE customer_id = $1",
            mina.Id
        );
        balance.ShouldBe(0, "What is left is booked out.");
    }

    [Test]
    public async Task an_organiser_with_a_concert_to_come_stays()
    {
        var organiser = await Given.AnOrganiser();
        var now = await System.Database.ScalarAsync<DateTime>("SELECT clock.now()");
        var created = await organiser.Api.Post(
            "/api/concerts",
            new
            {
                name = "Winter",
                artist = "Aria",
                venue = "Hall",
                startsAt = now.AddDays(30),
                bookingStartTime = now.AddDays(1),
                sections = new[]
                {
                    new
                    {
                        name = "R",
                        price = 1,
                        rows = 1,
                        seatsPerRow = 1,
                    },
                },
            }
        );
        var concert = created.ShouldBe(Created)["concertId"].GetInt64();

        (await ObstaclesOf(organiser)).ShouldBe([$"concert {concert}"]);

        (await organiser.Api.Delete($"/api/concerts/{concert}")).IsSuccess.ShouldBeTrue();
        (await Delete(organiser)).ShouldBe(NoContent);
    }

    [Test]
    public async Task of_two_requests_at_once_one_deletes_the_account_and_tells_it_once()
    {
        var mina = await Given.ACustomer();

        var answers = await Task.WhenAll(
            System.Hosts.Select(h => Delete(mina.On(h))).Concat([Delete(mina)])
        );

        answers.Count(a => a.Status == NoContent).ShouldBe(1);
        answers.ShouldAllBe(a => a.Status == NoContent || a.Status == Unauthorized);
        var told = await System.Database.ScalarAsync<long>(
            "SELECT count(*) FROM messaging.outbox WHERE event_type = 'USER_DELETED' AND key = $1",
            $"user-{mina.Id}"
        );
        told.ShouldBe(1);
    }

    [Test]
    public async Task the_last_operator_stays()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions { Hosts = 1, EmbeddedKafka = true }
        );
        var first = await Given.TheOperator(system);
        var (second, third) = (await Given.ACustomer(system), await Given.ACustomer(system));
        foreach (var other in new[] { second, third })
            (await first.Api.Put($"/api/accounts/{other.Id}/roles/Operator")).ShouldBe(NoContent);
        (second, third) = (await second.SignsInAgain(), await third.SignsInAgain());
        (await second.Api.Delete($"/api/accounts/{first.Id}/roles/Operator")).ShouldBe(NoContent);

        (await Delete(second)).ShouldBe(NoContent);

        (await ObstaclesOf(third)).ShouldBe(["account"]);
    }

    /// <summary>The next start would make it anew.</summary>
    [Test]
    public async Task whom_the_configuration_names_stays_and_changes_there()
    {
        var first = await Given.TheOperator();
        var second = await Given.ACustomer();
        (await first.Api.Put($"/api/accounts/{second.Id}/roles/Operator")).ShouldBe(NoContent);

        (await ObstaclesOf(first)).ShouldContain("account");
        foreach (var change in new object[] { MovedFrom(first), ChangedFrom(first) })
        {
            (await first.Api.Send(HttpMethod.Patch, Path, change)).ShouldBe(
                Conflict,
                "illegal-state"
            );
        }

        (await SignIn(first)).ShouldBe(OK);
        (await Delete(second)).ShouldBe(Unauthorized, "not-signed-in");
        (await Delete(await second.SignsInAgain())).ShouldBe(NoContent);

        static object MovedFrom(Persona who) =>
            new { email = $"{Guid.NewGuid():N}@test.example", who.Password };
        static object ChangedFrom(Persona who) => new { newPassword = "another one", who.Password };
    }

    [Test]
    public async Task whoever_failed_to_sign_in_is_forgotten_with_the_account()
    {
        var mina = await Given.ACustomer();
        var guessed = mina with { Password = "a guess" };
        (await SignIn(guessed)).ShouldBe(Unauthorized);
        (await Delete(guessed)).ShouldBe(BadRequest, "validation", "password");
        (await FailuresOf(mina)).ShouldBe(2);

        (await Delete(mina)).ShouldBe(NoContent);

        (await FailuresOf(mina)).ShouldBe(0);
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static async Task<long> Hold(Persona who, Seat seat) =>
        (await who.Holds(seat)).ShouldBe(Created)["reservationId"].GetInt64();

    private static async Task<IEnumerable<string?>> ObstaclesOf(Persona who)
    {
        var refused = (await Delete(who)).ShouldBe(Conflict, "account-in-use");
        var obstacles = refused["obstacles"].EnumerateArray().ToList();
        foreach (var obstacle in obstacles)
            obstacle.GetProperty("reason").GetString().ShouldNotBeNullOrEmpty();
        return obstacles.Select(o => o.GetProperty("about").GetString());
    }

    private static Task<long> FailuresOf(Persona who) =>
        System.Database.ScalarAsync<long>(
            "SELECT count(*) FROM accounts.sign_in_failures WHERE account = sha256($1)",
            Encoding.UTF8.GetBytes(who.Email.ToUpperInvariant())
        );

    private static Task<Answer> Delete(Persona who, bool forfeitPoints = false) =>
        who.Api.Send(HttpMethod.Delete, Path, new { who.Password, forfeitPoints });

    private static Task<Answer> SignIn(Persona who) =>
        new Api(System.HostA).Post("/api/accounts/login", new { who.Email, who.Password });

    private static Task<Answer> Refresh(Persona who) =>
        new Api(System.HostA).Post(
            "/api/accounts/refresh",
            new { refreshToken = who.RefreshToken }
        );

    private static Task<Answer> SignUp(Persona who) =>
        new Api(System.HostA).Post(
            "/api/accounts",
            new
            {
                who.Email,
                who.Password,
                name = "Mina again",
            }
        );
}
