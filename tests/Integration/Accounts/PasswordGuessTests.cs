using Npgsql;
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

            // A burst tells no more than as many guesses one after the other.
            guesses.Count(a => a.Status == Unauthorized).ShouldBe(5);
            guesses.Count(a => a.Status == TooManyRequests).ShouldBe(3);
            (await SignIn(System.HostA, mina.Email)).ShouldBe(TooManyRequests);
        }
        finally
        {
            await System.Database.ExecuteAsync(
                "ALTER TABLE accounts.sign_in_failures DROP CONSTRAINT locked"
            );
        }
    }

    [Test]
    public async Task a_burst_in_a_session_tells_no_more_than_guesses_one_after_the_other()
    {
        var mina = await Given.ACustomer();

        var guesses = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Delete(mina.On(System.Hosts[i % 2]), $"guess {i}"))
        );

        guesses.Count(a => a.Status == BadRequest).ShouldBe(5);
        guesses.Count(a => a.Status == TooManyRequests).ShouldBe(3);
    }

    [Test]
    public async Task a_right_password_that_is_under_way_when_wrong_ones_lock_opens_nothing()
    {
        var mina = await Given.ACustomer();
        await using var connection = await System.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        // A session that is to start waits for whoever changes the account.
        await using (
            var locking = new NpgsqlCommand(
                "SELECT FROM accounts.customers WHERE id = $1 FOR UPDATE",
                connection
            )
        )
        {
            locking.Parameters.AddWithValue(mina.Id);
            await locking.ExecuteNonQueryAsync();
        }

        var right = SignIn(System.HostA, mina.Email, mina.Password);
        await Eventually.Until(
            "it has been found right",
            () =>
                System.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM pg_stat_activity
                        WHERE $1 = ANY (pg_blocking_pids(pid)))
                    """,
                    connection.ProcessID
                )
        );
        for (var guess = 0; guess < 5; guess++)
            (await SignIn(System.HostB, mina.Email)).ShouldBe(Unauthorized);
        await transaction.RollbackAsync();

        (await right).ShouldBe(TooManyRequests, "too-many-requests");
    }

    /// <summary>As of a script that signs in for whatever it has to do.</summary>
    [Test]
    public async Task right_passwords_at_once_are_all_let_in()
    {
        var mina = await Given.ACustomer();

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i => SignIn(System.Hosts[i % 2], mina.Email, mina.Password))
        );

        answers.ShouldAllBe(a => a.Status == OK);
    }

    private static Task<Answer> Delete(Persona who, string password) =>
        who.Api.Send(HttpMethod.Delete, Path, new { password });

    private static Task<Answer> Rename(Persona who, string name) =>
        who.Api.Send(HttpMethod.Patch, Path, new { name });

    /// <summary>Shows the password, and changes nothing.</summary>
    private static Task<Answer> Confirm(Persona who) =>
        who.Api.Send(HttpMethod.Patch, Path, new { email = who.Email, who.Password });

    private static Task<Answer> SignIn(TestHost host, string email, string password = "a guess") =>
        new Api(host).Post("/api/accounts/login", new { email, password });
}
