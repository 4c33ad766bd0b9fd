using ConcertReservation.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

[Parallelizable]
internal sealed class RoleTests
{
    [Test]
    public async Task an_operator_makes_a_customer_an_organiser()
    {
        var mina = await Given.ACustomer();
        var op = await Given.TheOperator();

        (await op.Api.Put($"/api/accounts/{mina.Id}/roles/Organiser")).ShouldBe(NoContent);

        (await RolesOf(await mina.SignsInAgain())).ShouldBe(["Customer", "Organiser"]);
    }

    [Test]
    public async Task a_refresh_brings_the_new_role_without_the_password()
    {
        var mina = await Given.ACustomer();
        var op = await Given.TheOperator();
        (await op.Api.Put($"/api/accounts/{mina.Id}/roles/organiser")).ShouldBe(NoContent);

        var refreshed = await new Api(mina.Host).Post(
            "/api/accounts/refresh",
            new { refreshToken = mina.RefreshToken }
        );

        var token = refreshed.ShouldBe(OK)["accessToken"].GetString()!;
        (await RolesOf(mina with { AccessToken = token })).ShouldContain("Organiser");
    }

    [Test]
    public async Task a_revoked_role_ends_its_tokens_on_the_other_host_within_seconds()
    {
        var organiser = await Given.AnOrganiser();
        var op = await Given.TheOperator();
        var elsewhere = organiser.On(SharedSystem.System.HostB);
        (await elsewhere.Api.Get("/api/accounts/me")).ShouldBe(OK);

        (await op.Api.Delete($"/api/accounts/{organiser.Id}/roles/Organiser")).ShouldBe(NoContent);

        (await organiser.Api.Get("/api/accounts/me")).ShouldBe(Unauthorized, "not-signed-in");
        await Eventually.Until(
            "the other host refuses the token too",
            async () => (await elsewhere.Api.Get("/api/accounts/me")).Status == Unauthorized,
            within: TimeSpan.FromSeconds(30)
        );
        (await RolesOf(await organiser.SignsInAgain())).ShouldBe(["Customer"]);
    }

    [Test]
    public async Task granting_and_revoking_twice_changes_nothing_more()
    {
        var organiser = await Given.AnOrganiser();
        var op = await Given.TheOperator();

        (await op.Api.Put($"/api/accounts/{organiser.Id}/roles/Organiser")).ShouldBe(NoContent);

        (await organiser.Api.Get("/api/accounts/me")).ShouldBe(OK);
        (await op.Api.Delete($"/api/accounts/{organiser.Id}/roles/Operator")).ShouldBe(NoContent);
        (await organiser.Api.Get("/api/accounts/me")).ShouldBe(OK);
    }

    [Test]
    public async Task whose_role_as_a_customer_is_taken_books_and_pays_no_more()
    {
        var concert = await Given.AConcert();
        var scalper = await Given.ACustomer();
        var held = await scalper.Holds(concert.Seat(1));
        var op = await Given.TheOperator();
        (await op.Api.Delete($"/api/accounts/{scalper.Id}/roles/Customer")).ShouldBe(NoContent);
        scalper = await scalper.SignsInAgain();

        (await scalper.Holds(concert.Seat(2))).ShouldBe(Forbidden, "forbidden");
        (await scalper.Charges(100_000)).ShouldBe(Forbidden, "forbidden");
        (await scalper.PaysByPoints(held["reservationId"].GetInt64())).ShouldBe(
            Forbidden,
            "forbidden"
        );
    }

    [Test]
    public async Task a_customer_grants_nobody_anything()
    {
        var mina = await Given.ACustomer();

        var granted = await mina.Api.Put($"/api/accounts/{mina.Id}/roles/Operator");
        var revoked = await mina.Api.Delete($"/api/accounts/{mina.Id}/roles/Customer");

        granted.ShouldBe(Forbidden, "forbidden");
        revoked.ShouldBe(Forbidden, "forbidden");
    }

    /// <summary>In the shared system others are operators, too, for a while or for good.</summary>
    [Test]
    public async Task the_last_operator_stays_one()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions { Hosts = 1, EmbeddedKafka = true }
        );
        var op = await Given.TheOperator(system);

        var answer = await op.Api.Delete($"/api/accounts/{op.Id}/roles/Operator");

        answer.ShouldBe(Conflict, "illegal-state");
        (await RolesOf(op)).ShouldContain("Operator");
    }

    [Test]
    [Category("Long")]
    public async Task of_two_operators_who_revoke_each_other_one_stays()
    {
        await using var system = await TestSystem.StartAsync();
        var first = await Given.TheOperator(system);
        var second = await Given.ACustomer(system);
        (await first.Api.Put($"/api/accounts/{second.Id}/roles/Operator")).ShouldBe(NoContent);
        second = (await second.SignsInAgain()).On(system.HostB);

        await Task.WhenAll(
            first.Api.Delete($"/api/accounts/{second.Id}/roles/Operator"),
            second.Api.Delete($"/api/accounts/{first.Id}/roles/Operator")
        );

        var left = await system.Database.ScalarAsync<long>(
            "SELECT count(*) FROM accounts.customer_roles WHERE role_id = 3"
        );
        left.ShouldBe(1);
    }

    [Test]
    public async Task whoever_had_the_operators_address_before_is_signed_out()
    {
        var squatter = await Given.ACustomer();
        await using var scope = squatter.Host.Services.CreateAsyncScope();
        var configured = new AccountsOptions
        {
            Operator = { Email = squatter.Email, Password = "the operator's own" },
        };

        await ActivatorUtilities
            .CreateInstance<FirstOperator>(scope.ServiceProvider, Options.Create(configured))
            .RunAsync(CancellationToken.None);

        (
            await new Api(squatter.Host).Post(
                "/api/accounts/refresh",
                new { refreshToken = squatter.RefreshToken }
            )
        ).ShouldBe(Unauthorized, "not-signed-in");
        await Eventually.Until(
            "the access token is refused too",
            async () => (await squatter.Api.Get("/api/accounts/me")).Status == Unauthorized,
            within: TimeSpan.FromSeconds(30)
        );
        var op = await (squatter with { Password = "the operator's own" }).SignsInAgain();
        (await RolesOf(op)).ShouldContain("Operator");
    }

    [Test]
    public async Task a_role_that_is_taken_and_given_at_once_makes_no_deadlock()
    {
        var organiser = await Given.AnOrganiser();
        var op = await Given.TheOperator();
        await using var grant = await SharedSystem.System.Database.DataSource.OpenConnectionAsync();
        await using var locked = await grant.BeginTransactionAsync();
        // As the grant does: the account, and then, by the foreign key, the role.
        await ExecuteAsync($"SELECT FROM accounts.customers WHERE id = {organiser.Id} FOR UPDATE");

        var revoke = op.Api.Delete($"/api/accounts/{organiser.Id}/roles/Organiser");
        await Eventually.Until(
            "the revocation waits for the account",
            async () =>
                await SharedSystem.System.Database.ScalarAsync<long>(
                    "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))",
                    grant.ProcessID
                ) > 0
        );
        await ExecuteAsync(
            "SET LOCAL lock_timeout = '5s'; SELECT FROM accounts.roles WHERE id = 2 FOR KEY SHARE"
        );
        await locked.CommitAsync();

        (await revoke).ShouldBe(NoContent);

        async Task ExecuteAsync(string sql)
        {
            await using var command = grant.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }
    }

    [Test]
    public async Task an_unknown_account_role_or_number_is_named()
    {
        var op = await Given.TheOperator();

        (await op.Api.Put("/api/accounts/987654321/roles/Organiser")).ShouldBe(
            NotFound,
            "not-found",
            "id"
        );
        (await op.Api.Put($"/api/accounts/{op.Id}/roles/Boss")).ShouldBe(
            BadRequest,
            "validation",
            "role"
        );
        (await op.Api.Put("/api/accounts/mina/roles/Organiser")).ShouldBe(
            BadRequest,
            "validation",
            "id"
        );
        (await op.Api.Delete("/api/accounts/99999999999999999999/roles/Organiser")).ShouldBe(
            BadRequest,
            "validation",
            "id"
        );
    }

    private static async Task<IReadOnlyList<string>> RolesOf(Persona persona)
    {
        var me = await persona.Api.Get("/api/accounts/me");
        return [.. me.ShouldBe(OK)["roles"].EnumerateArray().Select(r => r.GetString()!)];
    }
}
