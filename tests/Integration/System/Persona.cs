using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace ConcertReservation.Tests.Integration;

/// <summary>Somebody with an account who is signed in, in front of one of the hosts.</summary>
internal sealed record Persona(
    TestSystem System,
    TestHost Host,
    long Id,
    string Email,
    string Password,
    string AccessToken,
    string RefreshToken
)
{
    private const string GoodPassword = "correct horse battery";

    public Api Api => new(Host, AccessToken);

    /// <summary>The same person in front of another host.</summary>
    public Persona On(TestHost host) => this with { Host = host };

    /// <summary>Holds seats of one concert.</summary>
    public Task<Answer> Holds(params Seat[] seats) => Holds(NewKey(), seats);

    /// <summary>Holds seats of one concert, with an Idempotency-Key of the test's.</summary>
    public Task<Answer> Holds(string key, params Seat[] seats) =>
        Api.Post(
            "/api/reservations",
            new { concertId = seats[0].ConcertId, seatIds = seats.Select(s => s.Id) },
            key
        );

    public Task<Answer> Sees(long reservationId) => Api.Get($"/api/reservations/{reservationId}");

    public Task<Answer> Cancels(long reservationId) =>
        Api.Delete($"/api/reservations/{reservationId}");

    /// <summary>Tops the wallet up.</summary>
    public Task<Answer> Charges(long won, string? key = null) =>
        Api.Post("/api/wallet/charges", new { amount = won }, key ?? NewKey());

    public Task<Answer> PaysByPoints(long reservationId, string? key = null) =>
        Api.Post("/api/payments", new { reservationId, method = "POINT" }, key ?? NewKey());

    /// <summary>Starts a card payment, pays it at the provider, and confirms it.</summary>
    /// <returns>The answer to the confirmation, or to the start where that was refused.</returns>
    public async Task<Answer> PaysByCard(long reservationId, string cardNumber = Cards.Approved) =>
        await PaysAndConfirms(await StartsCardPayment(reservationId), cardNumber);

    public Task<Answer> StartsCardPayment(long reservationId) =>
        Api.Post("/api/payments", new { reservationId, method = "CARD" }, NewKey());

    /// <param name="started">The answer to the start of a card payment.</param>
    /// <returns>The answer to the confirmation, or to the start where that was refused.</returns>
    public async Task<Answer> PaysAndConfirms(Answer started, string cardNumber = Cards.Approved)
    {
        if (!started.IsSuccess)
            return started;

        var paymentKey = await PaysAtTheProvider(started, cardNumber);
        return await Api.Post(
            $"/api/payments/{started["paymentId"]}/confirm",
            new { paymentKey },
            NewKey()
        );
    }

    /// <summary>What a customer does at the provider; the merchant has not been paid yet.</summary>
    /// <param name="started">The answer to the start of a card payment.</param>
    /// <returns>The provider's payment key.</returns>
    public async Task<string> PaysAtTheProvider(Answer started, string cardNumber = Cards.Approved)
    {
        var checkout = started["checkout"];
        using var provider = new HttpClient { BaseAddress = System.Sandbox };
        using var paid = await provider.PostAsJsonAsync(
            new Uri("/v1/payments", UriKind.Relative),
            new
            {
                orderId = checkout.GetProperty("orderId").GetString(),
                amount = checkout.GetProperty("amount").GetInt64(),
                cardNumber,
            }
        );
        var answer = await Answer.OfAsync(paid);
        answer.IsSuccess.ShouldBeTrue(answer.Body);
        return answer["paymentKey"].GetString()!;
    }

    /// <summary>Signs in anew: roles may have changed.</summary>
    public Task<Persona> SignsInAgain() => SignIn(System, Host, Email, Password);

    public static async Task<Persona> SignUp(
        TestSystem system,
        string name = "김민아",
        string language = "ko"
    )
    {
        var email = $"{Guid.NewGuid():N}@test.example";
        var host = system.HostA;
        var signedUp = await new Api(host).Post(
            "/api/accounts",
            new
            {
                email,
                password = GoodPassword,
                name,
                language,
            }
        );
        signedUp.ShouldBe(HttpStatusCode.Created);
        return await SignIn(system, host, email, GoodPassword);
    }

    public static async Task<Persona> SignIn(
        TestSystem system,
        TestHost host,
        string email,
        string password
    )
    {
        var signedIn = await new Api(host).Post("/api/accounts/login", new { email, password });
        signedIn.ShouldBe(HttpStatusCode.OK);
        var token = signedIn["accessToken"].GetString()!;
        var me = await new Api(host, token).Get("/api/accounts/me");
        return new Persona(
            system,
            host,
            me.ShouldBe(HttpStatusCode.OK)["id"].GetInt64(),
            email,
            password,
            token,
            signedIn["refreshToken"].GetString()!
        );
    }

    /// <summary>A fresh Idempotency-Key.</summary>
    public static string NewKey() => Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture);
}

/// <summary>Card numbers of the payment sandbox.</summary>
internal static class Cards
{
    public const string Approved = "4242424242424242";
    public const string Declined = "4000000000009995";

    /// <summary>
    /// The provider breaks at the first confirmation; asked again, it takes the money.
    /// </summary>
    public const string BrokenOnce = "4000000000000119";

    /// <summary>The provider takes the money, and answers with an internal error.</summary>
    public const string TakenAndBroken = "4000000000000127";

    /// <summary>The provider breaks at the first two refunds.</summary>
    public const string RefundsFailTwice = "4000000000005126";
}
