using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Every operation of the document gets requests that chance has made, by whoever may call it: none
/// fails or hangs, what is refused is a problem document, and only what succeeds changes anything.
/// <c>FUZZ_SEED</c> tries another chance.
/// </summary>
[Parallelizable]
internal sealed class RequestFuzzTests
{
    /// <summary>Of an operation that takes nothing, and is asked the same each time.</summary>
    private const int EqualRequests = 4;

    private const int UsualSeed = 7;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly int Seed = int.Parse(
        Environment.GetEnvironmentVariable("FUZZ_SEED") ?? $"{UsualSeed}",
        CultureInfo.InvariantCulture
    );

    /// <summary>A failed attempt to sign in is meant to be remembered.</summary>
    private static readonly string[] MayChange = ["accounts.sign_in_failures"];

    /// <summary>They end the session, the account or the refresh token of who calls them.</summary>
    private static readonly string[] OfAccountsOfTheirOwn =
    [
        "POST /api/accounts/refresh",
        "POST /api/accounts/logout",
        "PATCH /api/accounts/me",
        "DELETE /api/accounts/me",
    ];

    private static readonly Dictionary<string, Who> Callers = Endpoint.All.ToDictionary(
        e => e.ToString(),
        e => e.Who,
        StringComparer.Ordinal
    );

    private readonly RequestFuzz _fuzz = new(Seed);
    private TestSystem _system = null!;
    private Scene? _scene;
    private string _before = "";

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    // Who is locked out is refused before anything else is looked at.
                    ["Accounts:SignInFailuresBeforeLockout"] = "1000000",
                    // What was left open for one operation does not end while another is tried.
                    ["Payments:AbandonAfterSeconds"] = "3600",
                },
            }
        );

    [OneTimeTearDown]
    public async Task StopAsync() => await _system.DisposeAsync();

    [TestCase(2)]
    [TestCase(12, Category = "Long,AnyKafka")]
    public async Task whatever_a_request_is_the_answer_is_clean_and_nothing_half_done(
        int perOperation
    )
    {
        var document = (await new Api(_system.HostA).Get("/openapi/v1.json")).Json;
        foreach (var (name, method, path, operation) in document.Operations())
        {
            await GetReadyAsync(name, method);
            var takesNothing =
                !operation.Parameters().Any() && !operation.TryGetProperty("requestBody", out _);
            for (var i = 0; i < (takesNothing ? EqualRequests : perOperation); i++)
            {
                // An id of something else might be the operator's, too.
                _fuzz.Ids = path.Contains("/roles/", StringComparison.Ordinal)
                    ? [_scene!.Bystander.Id]
                    : _scene!.Ids;
                _fuzz.Known = _scene.Known;
                using var request = _fuzz.Next(method, path, operation);
                var what = $"{name} {request.RequestUri} (request {i}, FUZZ_SEED={Seed})";
                await TryAsync(request, name, i, what);
            }
        }
    }

    /// <summary>Who only reads finds enough in what the operation before has left.</summary>
    private async Task GetReadyAsync(string name, string method)
    {
        if (method == "GET" && _scene is not null)
        {
            _scene = await _scene.SignedInAgainAsync();
            return;
        }

        _scene = await Scene.SetAsync(_system);
        if (OfAccountsOfTheirOwn.Contains(name))
            _scene = await _scene.WithNewCallersAsync();
        _before = await Tables.SettledAsync(_system, MayChange);
    }

    private async Task TryAsync(HttpRequestMessage request, string name, int number, string what)
    {
        var isSignedIn = !request.Headers.NonValidated.Contains("Authorization");
        if (isSignedIn)
        {
            var caller = CallerOf(Callers[name], number);
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer",
                caller.Api.AccessToken
            );
        }

        var answer = await SendAsync(request, what);
        ShouldBeClean(answer, what);
        if (Callers[name] != Who.Anyone)
            ShouldKnow(answer, isSignedIn, what);
        if (request.Method == HttpMethod.Get)
            return;

        if (answer.IsSuccess && OfAccountsOfTheirOwn.Contains(name))
            _scene = await _scene!.WithNewCallersAsync();
        if (answer.IsSuccess || answer.Status == HttpStatusCode.PaymentRequired)
            _before = await Tables.SettledAsync(_system, MayChange);
        else
            (await Tables.EverythingAsync(_system, MayChange)).ShouldBe(
                _before,
                $"{what}: {answer.Status} {answer.Body}"
            );
    }

    /// <summary>Somebody who may; mostly, who has something that the operation is about.</summary>
    private Persona CallerOf(Who who, int number) =>
        who is Who.Operator or Who.Organiser or Who.OrganiserOrOperator || number % 4 == 3
            ? _scene!.Operator
            : _scene!.Customer;

    private async Task<Answer> SendAsync(HttpRequestMessage request, string what)
    {
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

    /// <summary>Who has a good token gets further than to the door; nobody else does.</summary>
    private static void ShouldKnow(Answer answer, bool isSignedIn, string what)
    {
        var told = $"{what}: {answer.Body}";
        if (!isSignedIn)
        {
            answer.IsSuccess.ShouldBeFalse(told);
            return;
        }

        answer.Status.ShouldNotBe(HttpStatusCode.Unauthorized, told);
        answer.Status.ShouldNotBe(HttpStatusCode.Forbidden, told);
    }

    private static void ShouldBeClean(Answer answer, string what)
    {
        ((int)answer.Status).ShouldBeLessThan(500, $"{what}: {answer.Body}");
        if (answer.Status < HttpStatusCode.BadRequest)
            return;

        answer.MediaType.ShouldBe("application/problem+json", $"{what}: {answer.Status}");
        answer.Problem.ShouldNotBeNull($"{what}: {answer.Body}");
        // Who comes through a proxy finds no metrics, whatever they ask for.
        var isMetrics = what.StartsWith("GET /metrics", StringComparison.Ordinal);
        if (isMetrics && answer.Problem == "not-found")
            return;
        if (answer.Problem is "validation" or "not-found")
            answer.Fields.ShouldNotBeEmpty($"{what}: {answer.Body}");
    }
}
