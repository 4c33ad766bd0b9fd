using System.Net;
using ConcertReservation.Demo;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Demo;

/// <summary>The demo's client writes down what it does not know, and asks again.</summary>
internal sealed class ApiTests
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");

    [TearDown]
    public void RemoveJournal() => File.Delete(_file);

    [Test]
    public async Task a_host_that_is_too_slow_is_asked_again_with_the_same_key()
    {
        var host = new SlowHost(
            () => throw new TaskCanceledException("too slow", new TimeoutException()),
            () => new(HttpStatusCode.Created) { Content = new StringContent("{}") }
        );
        using var http = new HttpClient(host) { BaseAddress = new Uri("http://localhost") };
        using var journal = new Journal(_file);
        var api = new Api(http, journal, new Scoreboard());

        var answer = await api.HoldAsync(11, [1], "key", CancellationToken.None);

        answer.Status.ShouldBe(HttpStatusCode.Created);
        host.Keys.ShouldBe(["key", "key"]);
        journal.Entries.Select(e => e.Status).ShouldBe([null, 201]);
    }

    [Test]
    public async Task a_request_that_is_given_up_is_in_the_journal_on_disk()
    {
        using var stop = new CancellationTokenSource();
        var host = new SlowHost(() =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });
        using var http = new HttpClient(host) { BaseAddress = new Uri("http://localhost") };
        using var journal = new Journal(_file);
        var api = new Api(http, journal, new Scoreboard());

        await Should.ThrowAsync<OperationCanceledException>(() =>
            api.ChargeAsync(1000, stop.Token)
        );

        Journal.Read(_file).ShouldHaveSingleItem().Status.ShouldBeNull();
    }

    [TestCase("illegal-state", TestName = "a_hold_is_given_back_though_the_answer_was_lost")]
    [TestCase("reservation-expired", TestName = "a_hold_that_lapsed_first_needs_no_giving_back")]
    public async Task the_story_goes_on_where_the_seats_are_free_anyway(string problem)
    {
        var host = new SlowHost(
            () => throw new HttpRequestException("connection lost"),
            () => Problem(HttpStatusCode.Conflict, problem)
        );
        using var http = new HttpClient(host) { BaseAddress = new Uri("http://localhost") };
        using var journal = new Journal(_file);
        var api = new Api(http, journal, new Scoreboard());

        await api.GiveBackAsync(7, CancellationToken.None);

        journal.Entries.Select(e => e.Status).ShouldBe([null, 409]);
    }

    [Test]
    public async Task a_hold_that_cannot_be_given_back_ends_the_story()
    {
        var host = new SlowHost(() => Problem(HttpStatusCode.NotFound, "not-found"));
        using var http = new HttpClient(host) { BaseAddress = new Uri("http://localhost") };
        using var journal = new Journal(_file);
        var api = new Api(http, journal, new Scoreboard());

        await Should.ThrowAsync<DemoException>(() => api.GiveBackAsync(7, CancellationToken.None));
    }

    private static HttpResponseMessage Problem(HttpStatusCode status, string type) =>
        new(status) { Content = new StringContent($$"""{"type":"/problems/{{type}}"}""") };

    /// <summary>Answers one request after the other as it is told.</summary>
    private sealed class SlowHost(params Func<HttpResponseMessage>[] answers) : HttpMessageHandler
    {
        private readonly Queue<Func<HttpResponseMessage>> _answers = new(answers);

        public List<string> Keys { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (request.Headers.TryGetValues("Idempotency-Key", out var keys))
                Keys.AddRange(keys);
            return Task.FromResult(_answers.Dequeue()());
        }
    }
}
