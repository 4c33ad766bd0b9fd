using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>What a host answered.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text)
{
    public JsonNode Json => field ??= JsonNode.Parse(Text)!;

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>Of a problem's type the last part, such as <c>seat-taken</c>.</summary>
    public string? Problem =>
        (int)Status >= 400 && Text.StartsWith('{')
            ? Json["type"]!.GetValue<string>().Split('/')[^1]
            : null;

    public long Number(string name) => Json[name]!.GetValue<long>();

    public string Word(string name) => Json[name]!.GetValue<string>();

    /// <summary>Fails, showing the body, where it is no success.</summary>
    public Answer ShouldSucceed()
    {
        IsSuccess.ShouldBeTrue($"{(int)Status}: {Text}");
        return this;
    }
}

/// <summary>
/// A person who does not give up: a request without an answer is sent again with its key, to this
/// host or the next, until there is one. What is asked and what is heard goes into the journal.
/// </summary>
internal sealed class Client
{
    public const string Password = "correct horse battery";
    public const string Name = "김민아";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly FaultSystem _system;
    private readonly int _number;
    private readonly Random _dice;
    private int _host;
    private string? _token;

    public Client(FaultSystem system, int number) =>
        (_system, _number, _host, _dice) = (system, number, number, new Random(number));

    public long Id { get; private set; }

    /// <summary>
    /// One booking request in so many is sent again though it was answered; 0: none.
    /// </summary>
    public int RepeatsOneIn { get; set; }

    /// <summary>The access token; null before the sign-in.</summary>
    public string? Token => _token;

    public Provider Provider => _system.Provider;

    public async Task SignUpAsync()
    {
        var email = string.Create(CultureInfo.InvariantCulture, $"customer-{_number}@test.example");
        // Sent again after a lost answer, the address is taken: by this very person.
        await PostAsync(
            "/api/accounts",
            new
            {
                email,
                password = Password,
                name = Name,
                language = "ko",
            }
        );
        await SignInAsync(email, Password);
    }

    public Task SignInAsOperatorAsync() =>
        SignInAsync(FaultSystem.OperatorEmail, FaultSystem.OperatorPassword);

    public Task<Answer> GetAsync(string path) => SendAsync(new Request(HttpMethod.Get, path));

    public Task<Answer> PostAsync(string path, object body) =>
        SendAsync(new Request(HttpMethod.Post, path) { Body = JsonSerializer.Serialize(body) });

    /// <param name="hop">How many hosts further than usual.</param>
    public Task<Answer> HoldAsync(long concertId, IReadOnlyList<long> seatIds, int hop = 0) =>
        OperateAsync("hold", "/api/reservations", new { concertId, seatIds }, hop: hop);

    public Task<Answer> CancelAsync(long reservationId) =>
        InsistAsync(
            new Request(HttpMethod.Delete, $"/api/reservations/{reservationId}")
            {
                Operation = "cancel",
                Target = reservationId,
            }
        );

    /// <summary>Asked again after a lost answer, the host says that it is cancelled.</summary>
    public async Task CancelConcertAsync(long concertId)
    {
        var path = $"/api/concerts/{concertId}?reason=The+singer+is+ill.";
        var cancelled = await SendAsync(new Request(HttpMethod.Delete, path));
        (cancelled.IsSuccess || cancelled.Problem == "illegal-state").ShouldBeTrue(cancelled.Text);
    }

    public Task<Answer> ChargeAsync(long amount) =>
        OperateAsync("charge", "/api/wallet/charges", new { amount });

    public Task<Answer> PayAsync(long reservationId, string method) =>
        OperateAsync("pay", "/api/payments", new { reservationId, method });

    public Task<Answer> ConfirmAsync(long paymentId, string paymentKey) =>
        OperateAsync(
            "confirm",
            $"/api/payments/{paymentId}/confirm",
            new { paymentKey },
            paymentId
        );

    private async Task SignInAsync(string email, string password)
    {
        var tokens = await PostAsync("/api/accounts/login", new { email, password });
        _token = tokens.ShouldSucceed().Word("accessToken");
        Id = (await GetAsync("/api/accounts/me")).ShouldSucceed().Number("id");
    }

    private Task<Answer> OperateAsync(
        string operation,
        string path,
        object body,
        long? target = null,
        int hop = 0
    ) =>
        InsistAsync(
            new Request(HttpMethod.Post, path)
            {
                Operation = operation,
                Target = target,
                Key = Guid.NewGuid().ToString(),
                Body = JsonSerializer.Serialize(body),
            },
            hop
        );

    /// <summary>
    /// What is sent again goes to the next host, and its answer counts: of what was refused it may
    /// be another one.
    /// </summary>
    private async Task<Answer> InsistAsync(Request request, int hop = 0)
    {
        // Drawn before anything is awaited: two requests at once have the same dice.
        var isRepeated = RepeatsOneIn > 0 && _dice.Next(RepeatsOneIn) == 0;
        var answer = await SendAsync(request, hop);
        return isRepeated ? await SendAsync(request, hop + 1) : answer;
    }

    private async Task<Answer> SendAsync(Request request, int hop = 0)
    {
        var since = Stopwatch.GetTimestamp();
        using var pause = new PeriodicTimer(RetryPause);
        while (true)
        {
            var answer = await TryAsync(request, hop);
            if (answer is { } heard && !MayTryAgain(heard))
                return heard;
            if (Stopwatch.GetElapsedTime(since) > Patience)
                throw new AssertionException($"No answer to {request}; last: {answer}");

            await pause.WaitForNextTickAsync();
        }
    }

    /// <returns>null where none came: what happened is unknown.</returns>
    private async Task<Answer?> TryAsync(Request request, int hop)
    {
        var host = _system.Hosts[(_host + hop) % _system.Hosts.Count];
        var since = Stopwatch.GetTimestamp();
        Answer? answer = null;
        try
        {
            using var message = request.Message(_token);
            using var response = await host.Http.SendAsync(message);
            answer = new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Interlocked.Increment(ref _host);
        }

        if (request.Operation is { } operation)
        {
            _system.Journal.Add(
                new JournalEntry(
                    DateTimeOffset.UtcNow,
                    Id,
                    operation,
                    request.Key,
                    request.Target,
                    request.Body ?? "",
                    (int?)answer?.Status,
                    answer?.Text,
                    Stopwatch.GetElapsedTime(since).TotalMilliseconds
                )
            );
        }

        return answer;
    }

    /// <summary>The host is busy, starting or stopping; or an earlier attempt still runs.</summary>
    private static bool MayTryAgain(Answer answer) =>
        answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
        || answer.Problem == "idempotency-key-in-use";

    private sealed record Request(HttpMethod Method, string Path)
    {
        /// <summary>As the journal calls it; null for what the journal leaves out.</summary>
        public string? Operation { get; init; }
        public long? Target { get; init; }
        public string? Key { get; init; }
        public string? Body { get; init; }

        public HttpRequestMessage Message(string? token)
        {
            var message = new HttpRequestMessage(Method, new Uri(Path, UriKind.Relative));
            if (token is not null)
                message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            if (Key is not null)
                message.Headers.Add("Idempotency-Key", Key);
            if (Body is not null)
                message.Content = new StringContent(Body, Encoding.UTF8, "application/json");
            return message;
        }
    }
}
