using System.Collections.Concurrent;

namespace ConcertReservation.PaymentSandbox;

/// <summary>
/// What an Idempotency-Key brings at Toss Payments: the first answer again, an error too, for
/// fifteen days. A key counts by method and address alone, so another body brings that answer, too
/// (https://docs.tosspayments.com/guides/using-api/idempotency-key). In memory: a sandbox that is
/// restarted knows by its ledger what it did, and forgets its errors.
/// </summary>
internal sealed class FirstAnswers(TimeProvider clock)
{
    private const string Header = "Idempotency-Key";
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(15);
    private static readonly object Item = new();

    private readonly ConcurrentDictionary<(string Key, string Path), First> _byKey = new();

    /// <summary>The endpoint's answer to a new key, to any other its first.</summary>
    public async ValueTask<object?> AnswerAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        var key = http.Request.Headers[Header].ToString();
        if (key.Length == 0 || !HttpMethods.IsPost(http.Request.Method))
            return await next(context);

        var place = (key, http.Request.Path.ToString());
        var mine = new First(clock.GetUtcNow());
        var first = _byKey.AddOrUpdate(place, mine, (_, known) => IsOld(known) ? mine : known);
        if (first != mine)
            return first.Answer ?? Processing();

        http.Items[Item] = mine;
        try
        {
            var answer = await next(context);
            mine.Answer ??= answer;
            return answer;
        }
        finally
        {
            // Whoever hung up before it was decided has asked for nothing.
            if (mine.Answer is null)
                _byKey.TryRemove(place, out _);
        }
    }

    /// <summary>It is decided, whether or not the answer ever arrives.</summary>
    public static void Decided(HttpContext http, IResult answer)
    {
        if (http.Items[Item] is First first)
            first.Answer = answer;
    }

    private bool IsOld(First known) => clock.GetUtcNow() - known.AskedAt > KeptFor;

    private static IResult Processing() =>
        Answers.Error(409, "IDEMPOTENT_REQUEST_PROCESSING", "The first request still runs.");

    private sealed class First(DateTimeOffset askedAt)
    {
        public DateTimeOffset AskedAt { get; } = askedAt;

        /// <summary>Null while it is not decided.</summary>
        public object? Answer
        {
            get => Volatile.Read(ref field);
            set => Volatile.Write(ref field, value);
        }
    }
}
