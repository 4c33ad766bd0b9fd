using ConcertReservation.PaymentSandbox;
using Microsoft.AspNetCore.Http;

namespace ConcertReservation.Tests.Unit.Payments;

/// <summary>What an Idempotency-Key brings at the sandbox.</summary>
[TestFixture]
internal sealed class FirstAnswersTests
{
    private readonly FirstAnswers _answers = new(TimeProvider.System);
    private int _done;

    [SetUp]
    public void DoNothingYet() => _done = 0;

    [Test]
    public async Task a_repeat_brings_the_first_answer_and_nothing_is_done_again()
    {
        var first = await AskAsync("a", "/cancel", Work);
        var again = await AskAsync("a", "/cancel", Work);

        again.ShouldBeSameAs(first);
        _done.ShouldBe(1);
    }

    [Test]
    public async Task another_key_another_address_and_no_key_are_new()
    {
        await AskAsync("b", "/cancel", Work);
        await AskAsync("b-1", "/cancel", Work);
        await AskAsync("b", "/confirm", Work);
        await AskAsync("", "/confirm", Work);
        await AskAsync("", "/confirm", Work);

        _done.ShouldBe(5);
    }

    [Test]
    public async Task while_the_first_still_runs_its_key_is_refused()
    {
        var running = new TaskCompletionSource();
        var first = AskAsync("c", "/confirm", http => WorkAfterAsync(running.Task, http));

        var meanwhile = await AskAsync("c", "/confirm", Work);
        running.SetResult();

        meanwhile.ShouldBeAssignableTo<IStatusCodeHttpResult>()!.StatusCode.ShouldBe(409);
        (await AskAsync("c", "/confirm", Work)).ShouldBeSameAs(await first);
        _done.ShouldBe(1);
    }

    [Test]
    public async Task what_is_decided_is_told_to_a_repeat_though_the_first_is_never_answered()
    {
        var never = new TaskCompletionSource();
        var decided = Results.Ok();
        var first = AskAsync(
            "d",
            "/confirm",
            async http =>
            {
                FirstAnswers.Decided(http, decided);
                await never.Task;
                return null;
            }
        );

        (await AskAsync("d", "/confirm", Work)).ShouldBeSameAs(decided);

        never.SetResult();
        await first;
    }

    [Test]
    public async Task who_hung_up_before_anything_was_decided_may_ask_again()
    {
        await Should.ThrowAsync<OperationCanceledException>(() =>
            AskAsync("e", "/confirm", _ => throw new OperationCanceledException())
        );

        await AskAsync("e", "/confirm", Work);

        _done.ShouldBe(1);
    }

    private ValueTask<object?> Work(HttpContext http)
    {
        _done++;
        return ValueTask.FromResult<object?>(Results.Ok());
    }

    private async ValueTask<object?> WorkAfterAsync(Task before, HttpContext http)
    {
        await before;
        return await Work(http);
    }

    private async Task<object?> AskAsync(
        string key,
        string path,
        Func<HttpContext, ValueTask<object?>> work
    )
    {
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.Path) = ("POST", path);
        http.Request.Headers["Idempotency-Key"] = key;
        return await _answers.AnswerAsync(
            new DefaultEndpointFilterInvocationContext(http),
            context => work(context.HttpContext)
        );
    }
}
