using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcertReservation.Verification;

namespace ConcertReservation.Demo;

/// <summary>What the host answered.</summary>
/// <param name="Problem">The last part of the problem's type, such as <c>seat-taken</c>.</param>
internal sealed record Answer(HttpStatusCode Status, JsonNode? Body, string? Problem)
{
    public bool Succeeded => (int)Status is >= 200 and < 300;

    public long Number(string name) => Body![name]!.GetValue<long>();

    public string Text(string name) => Body![name]!.GetValue<string>();
}

/// <summary>
/// The public API as one person uses it. Requests that cost something are written to the journal,
/// with their answers; one without an answer is sent again with its key.
/// </summary>
internal sealed class Api(HttpClient http, Journal journal, Scoreboard scoreboard)
{
    private const int MaxAttempts = 20;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(300);

    private string? _accessToken;

    public long CustomerId { get; private set; }

    public async Task SignUpAsync(
        string email,
        string password,
        string name,
        string language,
        CancellationToken stop
    ) =>
        Require(
            await SendAsync(
                HttpMethod.Post,
                "api/accounts",
                new
                {
                    email,
                    password,
                    name,
                    language,
                },
                stop
            )
        );

    public async Task SignInAsync(string email, string password, CancellationToken stop)
    {
        var tokens = await SendAsync(
            HttpMethod.Post,
            "api/accounts/login",
            new { email, password },
            stop
        );
        _accessToken = Require(tokens).Text("accessToken");
        var me = Require(await GetAsync("api/accounts/me", stop));
        CustomerId = me.Number("id");
    }

    public Task<Answer> GetAsync(string path, CancellationToken stop) =>
        SendAsync(HttpMethod.Get, path, body: null, stop);

    public Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        object? body,
        CancellationToken stop
    ) => SendAsync(method, path, Json(body), key: null, operation: null, target: null, stop);

    public Task<Answer> HoldAsync(
        long concertId,
        IReadOnlyList<long> seatIds,
        string key,
        CancellationToken stop
    ) => PostAsync("hold", "api/reservations", new { concertId, seatIds }, key, null, stop);

    /// <summary>Gives a hold back.</summary>
    /// <remarks>
    /// It may be over by then: it lapsed on a busy machine, or an answer was lost after it was
    /// given back. Either way the seats are free.
    /// </remarks>
    public async Task GiveBackAsync(long reservationId, CancellationToken stop)
    {
        var answer = await SendAsync(
            HttpMethod.Delete,
            $"api/reservations/{reservationId}",
            body: "",
            key: null,
            "cancel",
            reservationId,
            stop
        );
        if (answer.Problem is not ("reservation-expired" or "illegal-state"))
            Require(answer);
    }

    public Task<Answer> ChargeAsync(long amount, CancellationToken stop) =>
        PostAsync("charge", "api/wallet/charges", new { amount }, NewKey(), null, stop);

    public Task<Answer> PayAsync(long reservationId, string method, CancellationToken stop) =>
        PostAsync("pay", "api/payments", new { reservationId, method }, NewKey(), null, stop);

    public Task<Answer> ConfirmAsync(long paymentId, string paymentKey, CancellationToken stop) =>
        PostAsync(
            "confirm",
            $"api/payments/{paymentId}/confirm",
            new { paymentKey },
            NewKey(),
            paymentId,
            stop
        );

    public static string NewKey() => Guid.NewGuid().ToString();

    /// <exception cref="DemoException">The answer is none of success.</exception>
    public static Answer Require(Answer answer) =>
        answer.Succeeded
            ? answer
            : throw new DemoException($"{(int)answer.Status}: {answer.Body?.ToJsonString()}");

    private Task<Answer> PostAsync(
        string operation,
        string path,
        object body,
        string key,
        long? target,
        CancellationToken stop
    ) => SendAsync(HttpMethod.Post, path, Json(body), key, operation, target, stop);

    private async Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        string? body,
        string? key,
        string? operation,
        long? target,
        CancellationToken stop
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            var since = Stopwatch.GetTimestamp();
            var (answer, text, retryAfter, failure) = await AskAsync(method, path, body, key, stop);
            if (operation is not null)
            {
                var elapsed = Stopwatch.GetElapsedTime(since);
                Write(operation, key, target, body, answer, text, elapsed);
            }

            if (answer is null)
                stop.ThrowIfCancellationRequested();
            if (answer is not null && !(MayTryAgain(answer) && attempt < MaxAttempts))
                return answer;
            if (answer is null && attempt == MaxAttempts)
                throw new DemoException($"No answer to {method} {path}: {failure?.Message}");
            await Task.Delay(retryAfter ?? RetryPause, stop);
        }
    }

    /// <summary>
    /// Sends the request once. No answer, whether the connection broke, the host was too slow or we
    /// gave up ourselves: then the outcome is unknown, and the same key will tell it.
    /// </summary>
    private async Task<(Answer?, string? Body, TimeSpan? RetryAfter, Exception? Failure)> AskAsync(
        HttpMethod method,
        string path,
        string? body,
        string? key,
        CancellationToken stop
    )
    {
        try
        {
            using var request = Request(method, path, body, key);
            using var response = await http.SendAsync(request, stop);
            var text = await response.Content.ReadAsStringAsync(stop);
            var answer = ToAnswer(response.StatusCode, text);
            return (answer, text, response.Headers.RetryAfter?.Delta, null);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return (null, null, null, e);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string? body, string? key)
    {
        var request = new HttpRequestMessage(method, path);
        if (_accessToken is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _accessToken);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (!string.IsNullOrEmpty(body))
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    private void Write(
        string operation,
        string? key,
        long? target,
        string? request,
        Answer? answer,
        string? body,
        TimeSpan elapsed
    )
    {
        journal.Add(
            new JournalEntry(
                DateTimeOffset.UtcNow,
                CustomerId,
                operation,
                key,
                target,
                request ?? "",
                (int?)answer?.Status,
                body,
                elapsed.TotalMilliseconds
            )
        );
        scoreboard.Count(operation, answer, elapsed);
    }

    /// <summary>The host is busy or still building: it says when to come again.</summary>
    private static bool MayTryAgain(Answer answer) =>
        answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;

    private static Answer ToAnswer(HttpStatusCode status, string text)
    {
        var body = text.StartsWith('{') || text.StartsWith('[') ? JsonNode.Parse(text) : null;
        var problem =
            (int)status >= 400 && body is JsonObject
                ? body["type"]?.GetValue<string>().Split('/')[^1]
                : null;
        return new Answer(status, body, problem);
    }

    private static string? Json(object? body) =>
        body is null ? null : JsonSerializer.Serialize(body);
}

/// <summary>The story cannot go on.</summary>
internal sealed class DemoException(string message) : Exception(message);
