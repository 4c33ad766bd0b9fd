using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

[Parallelizable(ParallelScope.All)]
internal sealed class AttemptLimitTests
{
    [Test]
    public async Task guessing_a_password_is_slowed_down_by_account()
    {
        await using var system = await StartAsync("Accounts:SignInsPerMinuteAndAccount", limit: 3);
        var email = (await Given.ACustomer(system)).Email;
        (await SignIn(system, email)).ShouldBe(Unauthorized);
        (await SignIn(system, email)).ShouldBe(Unauthorized);

        var refused = await SignIn(system, email.ToUpperInvariant());

        ShouldBeTooMany(refused);
        (await SignIn(system, "somebody-else@test.example")).ShouldBe(Unauthorized);
    }

    [Test]
    public async Task guessing_passwords_is_slowed_down_by_address()
    {
        await using var system = await StartAsync("Accounts:SignInsPerMinuteAndAddress", limit: 2);
        (await SignIn(system, "a@test.example")).ShouldBe(Unauthorized);
        (await SignIn(system, "b@test.example")).ShouldBe(Unauthorized);

        ShouldBeTooMany(await SignIn(system, "c@test.example"));
    }

    [Test]
    public async Task signing_up_is_limited_by_address()
    {
        await using var system = await StartAsync("Accounts:SignUpsPerMinuteAndAddress", limit: 2);
        (await SignUp(system, "a@test.example")).ShouldBe(Created);
        (await SignUp(system, "b@test.example")).ShouldBe(Created);

        ShouldBeTooMany(await SignUp(system, "c@test.example"));
    }

    [Test]
    public async Task signing_up_is_limited_by_account()
    {
        await using var system = await StartAsync("Accounts:SignUpsPerMinuteAndAccount", limit: 2);
        (await SignUp(system, "a@test.example")).ShouldBe(Created);
        (await SignUp(system, "a@test.example")).ShouldBe(BadRequest, "validation", "email");

        ShouldBeTooMany(await SignUp(system, "A@test.example"));
        (await SignUp(system, "b@test.example")).ShouldBe(Created);
    }

    private static Task<TestSystem> StartAsync(string key, int limit) =>
        TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Settings = new Dictionary<string, string?> { [key] = $"{limit}" },
            }
        );

    private static void ShouldBeTooMany(Answer answer)
    {
        answer.ShouldBe(TooManyRequests, "too-many-requests");
        var seconds = answer["retryAfter"].GetInt32();
        seconds.ShouldBeInRange(1, 60);
        answer.Headers["Retry-After"].ShouldBe($"{seconds}");
    }

    private static Task<Answer> SignIn(TestSystem system, string email) =>
        new Api(system.HostA).Post("/api/accounts/login", new { email, password = "a guess" });

    private static Task<Answer> SignUp(TestSystem system, string email) =>
        new Api(system.HostA).Post(
            "/api/accounts",
            new
            {
                email,
                password = "correct horse",
                name = "Mina",
            }
        );
}
