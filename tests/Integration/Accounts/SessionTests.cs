using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

[Parallelizable]
internal sealed class SessionTests
{
    private static TestHost HostA => SharedSystem.System.HostA;
    private static TestHost HostB => SharedSystem.System.HostB;

    [Test]
    public async Task a_password_becomes_a_pair_of_tokens()
    {
        var mina = await Given.ACustomer();

        var answer = await SignIn(mina.Email, mina.Password);

        answer.ShouldBe(OK)["tokenType"].GetString().ShouldBe("Bearer");
        answer["expiresIn"].GetInt32().ShouldBe(3600);
        answer["accessToken"].GetString().ShouldNotBeNullOrEmpty();
        answer["refreshToken"].GetString().ShouldNotBeNullOrEmpty();
    }

    [Test]
    public async Task an_address_is_the_same_in_capitals()
    {
        var mina = await Given.ACustomer();

        (await SignIn(mina.Email.ToUpperInvariant(), mina.Password)).ShouldBe(OK);
    }

    [Test]
    public async Task a_wrong_password_and_an_unknown_address_are_answered_alike()
    {
        var mina = await Given.ACustomer();

        var wrong = await SignIn(mina.Email, "not the password");
        var unknown = await SignIn("nobody@test.example", "not the password");

        wrong.ShouldBe(Unauthorized, "not-signed-in");
        unknown.ShouldBe(Unauthorized, "not-signed-in");
        wrong["detail"].GetString().ShouldBe(unknown["detail"].GetString());
    }

    [Test]
    public async Task a_token_works_on_every_host()
    {
        var mina = await Given.ACustomer();

        (await mina.On(HostA).Api.Get("/api/accounts/me")).ShouldBe(OK);
        (await mina.On(HostB).Api.Get("/api/accounts/me")).ShouldBe(OK);
    }

    [Test]
    public async Task without_a_token_the_answer_says_so()
    {
        var answer = await new Api(HostA).Get("/api/accounts/me");

        answer.ShouldBe(Unauthorized, "not-signed-in");
        answer.Headers["WWW-Authenticate"].ShouldBe("Bearer");
    }

    [TestCase("nonsense")]
    [TestCase("CfDJ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task a_forged_token_is_refused(string token) =>
        (await new Api(HostA, token).Get("/api/accounts/me")).ShouldBe(
            Unauthorized,
            "not-signed-in"
        );

    /// <summary>Customer, roles and time are in it, for nobody to read or write.</summary>
    [Test]
    public async Task a_token_that_was_changed_anywhere_is_refused()
    {
        var token = (await Given.ACustomer()).AccessToken;

        // The last character of it has bits that mean nothing.
        foreach (var place in Enumerable.Range(0, 8).Select(i => i * (token.Length - 2) / 7))
        {
            var other = token[place] == 'A' ? 'B' : 'A';
            var changed = token[..place] + other + token[(place + 1)..];

            var answer = await new Api(HostA, changed).Get("/api/accounts/me");

            answer.ShouldBe(Unauthorized, "not-signed-in");
        }
    }

    /// <summary>Sealed by ours, the same claims are believed: the seal decides.</summary>
    [Test]
    public async Task roles_that_another_key_ring_has_sealed_are_not_believed()
    {
        var mina = await Given.ACustomer();
        var ours = HostA
            .Services.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>()
            .Get(IdentityConstants.BearerScheme)
            .BearerTokenProtector;
        var theirs = new TicketDataFormat(
            new EphemeralDataProtectionProvider().CreateProtector("tokens")
        );
        var promoted = ours.Unprotect(mina.AccessToken)!;
        var identity = (ClaimsIdentity)promoted.Principal.Identity!;
        identity.AddClaim(new Claim(ClaimTypes.Role, "Operator"));

        var forged = theirs.Protect(promoted);
        // A key of ours is named in the first 20 bytes.
        const int Named = 20;
        var named = WebEncoders.Base64UrlEncode([
            .. WebEncoders.Base64UrlDecode(mina.AccessToken)[..Named],
            .. WebEncoders.Base64UrlDecode(forged)[Named..],
        ]);

        foreach (var token in new[] { forged, named })
        {
            (await new Api(HostA, token).Get("/api/ops/mails")).ShouldBe(
                Unauthorized,
                "not-signed-in"
            );
            (await new Api(HostA, token).Get("/api/accounts/me")).ShouldBe(
                Unauthorized,
                "not-signed-in"
            );
        }

        (await mina.Api.Get("/api/ops/mails")).ShouldBe(Forbidden, "forbidden");
        (await new Api(HostA, ours.Protect(promoted)).Get("/api/ops/mails")).ShouldBe(OK);
    }

    [Test]
    public async Task a_refresh_token_is_no_access_token()
    {
        var mina = await Given.ACustomer();

        var answer = await new Api(HostA, mina.RefreshToken).Get("/api/accounts/me");

        answer.ShouldBe(Unauthorized, "not-signed-in");
    }

    [Test]
    public async Task an_access_token_ends_after_an_hour()
    {
        await using var system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        var mina = await Given.ACustomer(system);

        await system.AdvanceAsync(seconds: 3601);

        (await mina.Api.Get("/api/accounts/me")).ShouldBe(Unauthorized, "not-signed-in");
        (await Refresh(mina.RefreshToken, system.HostA)).ShouldBe(OK);
    }

    [Test]
    public async Task a_refresh_token_gets_the_next_pair_on_any_host()
    {
        var mina = await Given.ACustomer();

        var refreshed = await Refresh(mina.RefreshToken, HostB);

        var token = refreshed.ShouldBe(OK)["accessToken"].GetString();
        (await new Api(HostA, token).Get("/api/accounts/me")).ShouldBe(OK);
    }

    [Test]
    public async Task a_refresh_token_used_twice_ends_the_session()
    {
        var mina = await Given.ACustomer();
        var next = (await Refresh(mina.RefreshToken, HostA)).ShouldBe(OK);

        (await Refresh(mina.RefreshToken, HostA)).ShouldBe(Unauthorized, "not-signed-in");

        var nextToken = next["refreshToken"].GetString()!;
        (await Refresh(nextToken, HostA)).ShouldBe(Unauthorized, "not-signed-in");
        (await mina.Api.Get("/api/accounts/me")).ShouldBe(Unauthorized, "not-signed-in");
    }

    [Test]
    public async Task signing_out_ends_the_token_here_at_once_and_elsewhere_within_seconds()
    {
        var mina = await Given.ACustomer();
        (await mina.On(HostB).Api.Get("/api/accounts/me")).ShouldBe(OK);

        (await mina.On(HostA).Api.Post("/api/accounts/logout")).ShouldBe(NoContent);

        (await mina.On(HostA).Api.Get("/api/accounts/me")).ShouldBe(Unauthorized, "not-signed-in");
        await Eventually.Until(
            "the other host refuses the token too",
            async () => (await mina.On(HostB).Api.Get("/api/accounts/me")).Status == Unauthorized,
            within: TimeSpan.FromSeconds(30)
        );
        (await Refresh(mina.RefreshToken, HostB)).ShouldBe(Unauthorized, "not-signed-in");
    }

    [Test]
    public async Task a_refresh_token_is_enough_to_sign_out()
    {
        var mina = await Given.ACustomer();

        var signedOut = await new Api(HostA).Post(
            "/api/accounts/logout",
            new { refreshToken = mina.RefreshToken }
        );

        signedOut.ShouldBe(NoContent);
        (await mina.Api.Get("/api/accounts/me")).ShouldBe(Unauthorized, "not-signed-in");
    }

    [Test]
    public async Task nobody_cannot_sign_out() =>
        (await new Api(HostA).Post("/api/accounts/logout")).ShouldBe(Unauthorized, "not-signed-in");

    [Test]
    public async Task one_sign_out_leaves_the_other_devices_signed_in()
    {
        var mina = await Given.ACustomer();
        var phone = await mina.SignsInAgain();

        (await mina.Api.Post("/api/accounts/logout")).ShouldBe(NoContent);

        (await phone.Api.Get("/api/accounts/me")).ShouldBe(OK);
    }

    [Test]
    public async Task a_token_survives_the_host()
    {
        await using var system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        var mina = await Given.ACustomer(system);

        await system.HostA.StopAsync();
        await system.HostA.StartReadyAsync();

        (await mina.Api.Get("/api/accounts/me")).ShouldBe(OK);
    }

    [Test]
    public async Task a_revocation_that_commits_late_is_not_overlooked()
    {
        var mina = await Given.ACustomer();
        await using var connection =
            await SharedSystem.System.Database.DataSource.OpenConnectionAsync();
        await using var late = await connection.BeginTransactionAsync();
        await using var revoke = connection.CreateCommand();
        revoke.CommandText =
            $"INSERT INTO accounts.revocations (customer_id, token_version) VALUES ({mina.Id}, 1)";
        await revoke.ExecuteNonQueryAsync();
        // A later one commits first and is read by both hosts.
        var jisoo = await Given.ACustomer();
        (await jisoo.On(HostA).Api.Post("/api/accounts/logout")).ShouldBe(NoContent);
        await IsRefused(jisoo);

        await late.CommitAsync();

        await IsRefused(mina);
    }

    private static Task IsRefused(Persona persona) =>
        Eventually.Until(
            "the other host refuses the token",
            async () =>
                (await persona.On(HostB).Api.Get("/api/accounts/me")).Status == Unauthorized,
            within: TimeSpan.FromSeconds(30)
        );

    private static Task<Answer> SignIn(string email, string password) =>
        new Api(HostA).Post("/api/accounts/login", new { email, password });

    private static Task<Answer> Refresh(string refreshToken, TestHost host) =>
        new Api(host).Post("/api/accounts/refresh", new { refreshToken });
}
