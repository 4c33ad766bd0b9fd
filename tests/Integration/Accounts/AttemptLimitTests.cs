using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

[Parallelizable(ParallelScope.All)]
internal sealed class AttemptLimitTests
{
    [Test]
    [Category("Long")]
    public async Task guessing_a_password_is_slowed_down_by_account()
    {
        await using var system = await StartAsync("Accounts:SignInsPerMinuteAndAccount", limit: 3);
        var email = (await Given.ACustomer(system)).Email;
        for (var guess = 0; guess < 3; guess++)
            (await SignIn(system, email)).ShouldBe(Unauthorized);

        var refused = await SignIn(system, email.ToUpperInvariant());

        ShouldBeTooMany(refused);
        (await SignIn(system, "somebody-else@test.example")).ShouldBe(Unauthorized);
    }

    [Test]
    [Category("Long")]
    public async Task guessing_passwords_is_slowed_down_by_address()
    {
        await using var system = await StartAsync("Accounts:SignInsPerMinuteAndAddress", limit: 2);
        (await SignIn(system, "a@test.example")).ShouldBe(Unauthorized);
        (await SignIn(system, "b@test.example")).ShouldBe(Unauthorized);

        ShouldBeTooMany(await SignIn(system, "c@test.example"));
    }

    [Test]
    public async Task five_wrong_passwords_lock_the_account_for_the_address_that_they_came_from()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions { EmbeddedKafka = true }
        );
        var mina = await Given.ACustomer(system);
        // The guesser has hosts to choose from, and the count is one.
        for (var guess = 0; guess < 5; guess++)
            (await SignIn(system, mina.Email, system.Hosts[guess % 2])).ShouldBe(Unauthorized);

        var locked = await SignIn(system, mina.Email, system.HostB, mina.Password);

        ShouldBeTooMany(locked);
        locked["retryAfter"].GetInt32().ShouldBeInRange(20, 30);
        (await mina.Api.Get("/api/accounts/me")).ShouldBe(OK);
        using var elsewhere = From("127.0.0.2", system.HostA);
        (await SignIn(elsewhere, mina.Email, mina.Password)).ShouldBe(OK);

        await system.AdvanceAsync(seconds: 31);

        (await SignIn(system, mina.Email)).ShouldBe(Unauthorized);
        ShouldBeTooMany(await SignIn(system, mina.Email, system.HostA, mina.Password), 31, 60);
        await system.AdvanceAsync(seconds: 61);
        (await SignIn(system, mina.Email, system.HostA, mina.Password)).ShouldBe(OK);
        // The count began anew.
        (await SignIn(system, mina.Email)).ShouldBe(Unauthorized);
        (await SignIn(system, mina.Email, system.HostA, mina.Password)).ShouldBe(OK);
    }

    [Test]
    [Category("Long")]
    public async Task an_account_that_there_is_not_is_locked_alike()
    {
        await using var system = await StartAsync("Accounts:SignInFailuresBeforeLockout", limit: 2);
        (await SignIn(system, "nobody@test.example")).ShouldBe(Unauthorized);
        (await SignIn(system, "Nobody@test.example")).ShouldBe(Unauthorized);

        ShouldBeTooMany(await SignIn(system, "NOBODY@test.example"));
    }

    [Test]
    [Category("Long")]
    public async Task a_crowd_that_guesses_elsewhere_does_not_keep_the_owner_out()
    {
        await using var system = await StartAsync("Accounts:SignInsPerMinuteAndAccount", limit: 4);
        var mina = await Given.ACustomer(system);
        // Her first sign-in came from an address that was not known yet, as these.
        for (var guess = 0; guess < 3; guess++)
        {
            using var stranger = From($"127.0.1.{guess + 1}", system.HostA);
            (await SignIn(stranger, mina.Email, "a guess")).ShouldBe(Unauthorized);
        }

        using var another = From("127.0.1.9", system.HostA);
        ShouldBeTooMany(await SignIn(another, mina.Email, mina.Password));

        (await SignIn(system, mina.Email, system.HostA, mina.Password)).ShouldBe(OK);
    }

    [Test]
    public async Task a_stolen_token_does_not_help_to_guess_the_password()
    {
        await using var system = await StartAsync("Accounts:SignInsPerMinuteAndAccount", limit: 2);
        var mina = await Given.ACustomer(system);
        (await Delete("one")).ShouldBe(BadRequest, "validation", "password");
        (await Delete("two")).ShouldBe(BadRequest, "validation", "password");

        ShouldBeTooMany(await Delete(mina.Password));

        // The thief took nothing from the owner's sign-ins.
        (await SignIn(system, mina.Email, system.HostA, mina.Password)).ShouldBe(OK);

        Task<Answer> Delete(string password) =>
            mina.Api.Send(HttpMethod.Delete, "/api/accounts/me", new { password });
    }

    /// <summary>Not while it is locked out, either, and goes on guessing.</summary>
    [Test]
    public async Task a_stolen_session_does_not_keep_the_owner_from_changing_the_password()
    {
        const int Limit = 6;
        await using var system = await StartAsync("Accounts:SignInsPerMinuteAndAccount", Limit);
        var mina = await Given.ACustomer(system);
        var stolen = await mina.SignsInAgain();
        for (var guess = 0; guess < 5; guess++)
            (await Change(stolen, "a guess")).ShouldBe(BadRequest, "validation", "password");
        for (var guess = 0; guess < 2 * Limit; guess++)
            ShouldBeTooMany(await Change(stolen, "a guess"));

        (await Change(mina, mina.Password)).ShouldBe(OK);

        (await stolen.Api.Get("/api/accounts/me")).ShouldBe(Unauthorized, "not-signed-in");

        static Task<Answer> Change(Persona who, string password) =>
            who.Api.Send(
                HttpMethod.Patch,
                "/api/accounts/me",
                new { newPassword = "battery staple", password }
            );
    }

    [Test]
    [Category("Long")]
    public async Task signing_up_is_limited_by_address()
    {
        await using var system = await StartAsync("Accounts:SignUpsPerMinuteAndAddress", limit: 2);
        (await SignUp(system, "a@test.example")).ShouldBe(Created);
        (await SignUp(system, "b@test.example")).ShouldBe(Created);

        ShouldBeTooMany(await SignUp(system, "c@test.example"));
    }

    [Test]
    [Category("Long")]
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
                EmbeddedKafka = true,
                Settings = new Dictionary<string, string?> { [key] = $"{limit}" },
            }
        );

    private static void ShouldBeTooMany(Answer answer, int from = 1, int to = 60)
    {
        answer.ShouldBe(TooManyRequests, "too-many-requests");
        var seconds = answer["retryAfter"].GetInt32();
        seconds.ShouldBeInRange(from, to);
        answer.Headers["Retry-After"].ShouldBe($"{seconds}");
    }

    private static Task<Answer> SignIn(
        TestSystem system,
        string email,
        TestHost? host = null,
        string password = "a guess"
    ) => new Api(host ?? system.HostA).Post("/api/accounts/login", new { email, password });

    private static async Task<Answer> SignIn(HttpClient from, string email, string password)
    {
        var path = new Uri("/api/accounts/login", UriKind.Relative);
        using var answer = await from.PostAsJsonAsync(path, new { email, password });
        return await Answer.OfAsync(answer);
    }

    /// <summary>Somebody with another address: the whole of 127/8 is this machine.</summary>
    private static HttpClient From(string address, TestHost host) =>
        new(
            new SocketsHttpHandler
            {
                ConnectCallback = async (context, stop) =>
                {
                    var socket = new Socket(
                        AddressFamily.InterNetwork,
                        SocketType.Stream,
                        ProtocolType.Tcp
                    );
                    socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                    await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, stop);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = host.Http.BaseAddress,
        };

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
