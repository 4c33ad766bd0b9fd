using System.Globalization;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

/// <summary>Changes of an account that change nothing.</summary>
internal sealed class RefusedChangeTests
{
    private static TestSystem System => SharedSystem.System;

    [TestCase("""{"email":"new@test.example"}""", "password")]
    [TestCase("""{"newPassword":"battery staple"}""", "password")]
    [TestCase("""{"newPassword":"battery staple","password":""}""", "password")]
    [TestCase("""{"newPassword":"battery staple","password":"not this"}""", "password")]
    [TestCase("""{"email":"mina","password":"not this"}""", "email")]
    [TestCase("""{"newPassword":"short","password":"not this"}""", "newPassword")]
    [TestCase("""{"name":" "}""", "name")]
    [TestCase("""{"language":"fr"}""", "language")]
    [TestCase("""{"password":"alone"}""", "name", "language", "email", "newPassword")]
    [TestCase("{}", "name", "language", "email", "newPassword")]
    public async Task what_is_wrong_is_named_and_changes_nothing(
        string body,
        params string[] fields
    )
    {
        var mina = await Given.ACustomer();

        (await Change(mina, body)).ShouldBe(BadRequest, "validation", fields);

        (await ChangesOf(mina)).ShouldBe(0);
        (await SignIn(mina.Email, mina.Password)).ShouldBe(OK);
    }

    [Test]
    public async Task a_password_that_was_right_until_a_moment_ago_changes_nothing()
    {
        var mina = await Given.ACustomer();
        await using var other = await System.Database.DataSource.OpenConnectionAsync();
        await using var begun = await other.BeginTransactionAsync();
        await ExecuteAsync($"SELECT FROM accounts.customers WHERE id = {Id(mina)} FOR UPDATE");
        var change = Change(mina, new { email = NewEmail(), password = mina.Password });
        var signIn = SignIn(mina.Email, mina.Password);
        await TwoWaitAsync();

        await ExecuteAsync(
            $"UPDATE accounts.customers SET password_hash = 'AA' WHERE id = {Id(mina)}"
        );
        await begun.CommitAsync();

        (await change).ShouldBe(BadRequest, "validation", "password");
        (await signIn).ShouldBe(Unauthorized, "not-signed-in");

        async Task ExecuteAsync(string sql)
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, other, begun);
            await command.ExecuteNonQueryAsync();
        }

        Task TwoWaitAsync() =>
            Eventually.Until(
                "the change and the sign-in wait for whoever changes the account",
                async () =>
                    await System.Database.ScalarAsync<long>(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'
                            AND (query LIKE '%accounts.customers%FOR UPDATE%'
                                OR query LIKE 'INSERT INTO accounts.sessions%')
                        """
                    ) == 2
            );
    }

    private static string Id(Persona persona) => persona.Id.ToString(CultureInfo.InvariantCulture);

    private static string NewEmail() => $"{Guid.NewGuid():N}@test.example";

    private static Task<Answer> Change(Persona who, object body) =>
        who.Api.Send(HttpMethod.Patch, "/api/accounts/me", body);

    private static Task<Answer> SignIn(string email, string password) =>
        new Api(System.HostA).Post("/api/accounts/login", new { email, password });

    private static Task<long> ChangesOf(Persona who) =>
        System.Database.ScalarAsync<long>(
            "SELECT count(*) FROM messaging.outbox WHERE event_type = 'USER_CHANGED' AND key = $1",
            $"user-{who.Id}"
        );
}
