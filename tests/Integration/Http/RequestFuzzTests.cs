using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Every operation of the document gets requests that chance has made: none fails or hangs, what is
/// refused is a problem document, and only what succeeds changes anything. <c>FUZZ_SEED</c> tries
/// another chance.
/// </summary>
[Parallelizable]
internal sealed class RequestFuzzTests
{
    private const int RequestsPerOperation = 20;
    private const int UsualSeed = 7;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly int Seed = int.Parse(
        Environment.GetEnvironmentVariable("FUZZ_SEED") ?? $"{UsualSeed}",
        CultureInfo.InvariantCulture
    );

    /// <summary>A failed attempt to sign in is meant to be remembered.</summary>
    private static readonly string[] MayChange = ["accounts.sign_in_failures"];

    private TestSystem _system = null!;
    private Persona _caller = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync();
        _caller = await Given.TheOperator(_system);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _system.DisposeAsync();

    [Test]
    public async Task whatever_a_request_is_the_answer_is_clean_and_nothing_half_done()
    {
        var document = (await _caller.Api.Get("/openapi/v1.json")).Json;
        var fuzz = new RequestFuzz(Seed, await ThingsAsync());
        var before = await Tables.SettledAsync(_system, MayChange);
        foreach (var (name, method, path, operation) in document.Operations())
        {
            for (var i = 0; i < RequestsPerOperation; i++)
            {
                using var request = fuzz.Next(method, path, operation);
                var what = $"{name} {request.RequestUri} (request {i}, FUZZ_SEED={Seed})";
                var answer = await SendAsync(request, what);
                ShouldBeClean(answer, what);
                if (method == "GET")
                    continue;

                if (answer.IsSuccess || answer.Status == HttpStatusCode.PaymentRequired)
                    before = await Tables.SettledAsync(_system, MayChange);
                else
                    (await Tables.EverythingAsync(_system, MayChange)).ShouldBe(before, what);
            }
        }
    }

    /// <summary>A concert, reservations and payments, of the caller and of somebody else.</summary>
    private async Task<IReadOnlyList<long>> ThingsAsync()
    {
        var concert = await Given.AConcert(system: _system);
        var mina = await Given.ACustomer(_system);
        var things = new List<long> { concert.Id, mina.Id, _caller.Id };
        foreach (var (seat, owner) in new[] { (1, mina), (2, _caller) })
        {
            things.Add(concert.Seat(seat).Id);
            var held = await owner.Holds(concert.Seat(seat));
            things.Add(held["reservationId"].GetInt64());
            var started = await owner.StartsCardPayment(things[^1]);
            things.Add(started["paymentId"].GetInt64());
        }

        return things;
    }

    private async Task<Answer> SendAsync(HttpRequestMessage request, string what)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            _caller.Api.AccessToken
        );
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            using var response = await _system.HostA.Http.SendAsync(request, limit.Token);
            return await Answer.OfAsync(response);
        }
        catch (OperationCanceledException e)
        {
            throw new AssertionException($"No answer to {what}", e);
        }
    }

    private static void ShouldBeClean(Answer answer, string what)
    {
        ((int)answer.Status).ShouldBeLessThan(500, $"{what}: {answer.Body}");
        if (answer.Status < HttpStatusCode.BadRequest)
            return;

        answer.MediaType.ShouldBe("application/problem+json", $"{what}: {answer.Status}");
        answer.Problem.ShouldNotBeNull($"{what}: {answer.Body}");
        if (answer.Problem is "validation" or "not-found")
            answer.Fields.ShouldNotBeEmpty($"{what}: {answer.Body}");
    }
}
