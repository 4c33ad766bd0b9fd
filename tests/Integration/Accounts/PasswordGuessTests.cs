using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

/// <summary>Whoever guesses passwords locks out themselves, wherever they ask.</summary>
internal sealed class PasswordGuessTests
{
    private const string Path = "/api/accounts/me";

    private static TestSystem System => SharedSystem.System;

    [Test]
    public async Task a_stolen_session_is_locked_out_on_all_hosts_and_the_owner_s_is_not()
    {
        var mina = await Given.ACustomer();
        var stolen = await mina.SignsInAgain();
        // The guesser has hosts to choose from, and the count is one.
        for (var guess = 0; guess < 5; guess++)
        {
            (await Delete(stolen.On(System.Hosts[guess % 2]), $"guess {guess}")).ShouldBe(
                BadRequest,
                "validation",
                "password"
            );
        }

        var locked = await Delete(stolen.On(System.HostB), mina.Password);

        locked.ShouldBe(TooManyRequests, "too-many-requests");
        locked["retryAfter"].GetInt32().ShouldBeInRange(20, 30);
        (await Rename(stolen, "Thief")).ShouldBe(OK);
        var changed = await mina.Api.Send(
            HttpMethod.Patch,
            Path,
            new { newPassword = "battery staple", password = mina.Password }
        );
        changed.ShouldBe(OK);
        (await stolen.Api.Get(Path)).ShouldBe(Unauthorized, "not-signed-in");
    }

    [Test]
    public async Task the_right_password_ends_the_count()
    {
        var mina = await Given.ACustomer();
        for (var round = 0; round < 2; round++)
        {
            for (var guess = 0; guess < 4; guess++)
                (await Delete(mina, "a guess")).ShouldBe(BadRequest, "validation", "password");
            (await Confirm(mina)).ShouldBe(OK);
        }
    }

    /// <summary>Else two failures at once, or a host that dies, leave it unlocked.</summary>
    [Test]
    public async Task a_failure_that_locks_is_never_stored_without_its_lock()
    {
        var mina = await Given.ACustomer();
        await System.Database.ExecuteAsync(
            """
            ALTER TABLE accounts.sign_in_failures
                ADD CONSTRAINT locked CHECK (failures < 5 OR locked_until IS NOT NULL) NOT VALID
            """
        );
        try
        {
            var guesses = await Task.WhenAll(
                Enumerable.Range(0, 8).Select(i => SignIn(System.Hosts[i % 2], mina.Email))
            );

            guesses.ShouldAllBe(a => a.Status == Unauthorized || a.Status == TooManyRequests);
            for (var guess = 0; guess < 5; guess++)
                await SignIn(System.HostA, mina.Email);
            (await SignIn(System.HostA, mina.Email)).ShouldBe(TooManyRequests);
        }
        finally
        {
            await System.Database.ExecuteAsync(
                "ALTER TABLE accounts.sign_in_failures DROP CONSTRAINT locked"
            );
        }
    }

    private static Task<Answer> Delete(Persona who, string password) =>
        who.Api.Send(HttpMethod.Delete, Path, new { password });

    private static Task<Answer> Rename(Persona who, string name) =>
        who.Api.Send(HttpMethod.Patch, Path, new { name });

    /// <summary>Shows the password, and changes nothing.</summary>
    private static Task<Answer> Confirm(Persona who) =>
        who.Api.Send(HttpMethod.Patch, Path, new { email = who.Email, who.Password });

    private static Task<Answer> SignIn(TestHost host, string email) =>
        new Api(host).Post("/api/accounts/login", new { email, password = "a guess" });
}
