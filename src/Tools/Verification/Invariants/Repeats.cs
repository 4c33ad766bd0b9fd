namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// What a key answers from the time on at which it has had an effect: to the same request the same
/// again, to another one 422. A part of 4, and of 3 where the answer to the effect was lost.
/// </summary>
internal static class Repeats
{
    /// <summary>A client's clock against the database's.</summary>
    private static readonly TimeSpan Blur = TimeSpan.FromMilliseconds(50);

    public static void Check(
        Inspection inspection,
        History history,
        IReadOnlyList<JournalEntry> journal
    )
    {
        var records = new KeyRecords(history, journal);
        var compared = 0;
        foreach (var key in Requests(journal))
        {
            foreach (var repeat in AfterEffect(key, records.Since(key.Key)))
            {
                compared++;
                inspection.Require(
                    IsRight(repeat, key),
                    () =>
                        (
                            $"key {repeat.Key} has had an effect, and a repeat is answered "
                            + $"{repeat.Status} {repeat.Body}"
                        ).About(Subject.Request(repeat.CustomerId, repeat.Operation, repeat.Key))
                );
            }
        }

        inspection.Figure("repeats after an effect", compared);
    }

    /// <summary>
    /// The last word on a request is a refusal, though it has had an effect before; of no attempt
    /// a success was heard.
    /// </summary>
    public static bool EndInRefusal(IGrouping<RequestKey, JournalEntry> key, KeyRecords records) =>
        !key.Any(e => e.HadEffect())
        && key.MaxBy(e => e.BegunAt())!.IsRefused()
        && (
            AfterEffect(key, records.Since(key.Key)).Any(e => e.IsRefused() && !IsRight(e, key))
            // None can have been under way any more.
            || (key.All(e => e.IsRefused()) && records.Has(key.Key))
        );

    public static IReadOnlyList<IGrouping<RequestKey, JournalEntry>> Requests(
        IReadOnlyList<JournalEntry> journal
    ) =>
        [
            .. journal
                .Where(e => e.Key is not null)
                .GroupBy(e => new RequestKey(e.CustomerId, e.Operation, e.Key!)),
        ];

    /// <summary>
    /// Answers to attempts that began when there had been an effect, and before its record may go.
    /// </summary>
    /// <param name="recorded">When the key's record was made; null where that is not known.</param>
    private static IEnumerable<JournalEntry> AfterEffect(
        IEnumerable<JournalEntry> key,
        DateTimeOffset? recorded
    )
    {
        var heard = key.Where(e => e.HadEffect()).Min(e => (DateTimeOffset?)e.At);
        var since = Earlier(heard, recorded + Blur);
        return since is { } time
            ? key.Where(e =>
                !e.SaysNothing() && e.BegunAt() > time && e.At < time + PaymentKeys.CertainlyKept
            )
            : [];
    }

    private static bool IsRight(JournalEntry repeat, IEnumerable<JournalEntry> key)
    {
        var final = key.Where(e => e.IsFinal()).MinBy(e => e.At);
        // Which of several requests it was that had the effect, only its answer tells.
        var isAnother = key.FirstOrDefault(e => e.HadEffect()) is { } effect
            ? !repeat.IsSameRequestAs(effect)
            : !key.All(repeat.IsSameRequestAs);
        if (isAnother && repeat.Status is 400 or 413 or 415 or 422)
            return true;

        // What the finals say is compared with each other elsewhere.
        return repeat.IsFinal()
            || (repeat.Status == 202 && !(final is not null && repeat.BegunAt() >= final.At));
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) =>
        a is null ? b
        : b < a ? b
        : a;
}

/// <summary>A client's request, which may be sent several times.</summary>
/// <param name="Operation">As in the journal.</param>
internal readonly record struct RequestKey(long CustomerId, string Operation, string Key);

/// <summary>The records of keys by the requests of clients.</summary>
internal sealed class KeyRecords
{
    private readonly Dictionary<RequestKey, DateTimeOffset?> _since;

    public KeyRecords(History history, IReadOnlyList<JournalEntry> journal)
    {
        // A database whose clock is behind the clients' knows of no order with their attempts.
        var agree = journal.Count == 0 || journal.Max(e => e.At) <= history.Now;
        var holds = history.HoldKeys.Select(k =>
            (Key: new RequestKey(k.CustomerId, "hold", k.Key), k.CreatedAt)
        );
        var payments = history.PaymentKeys.Select(k =>
            (Key: new RequestKey(k.CustomerId, k.JournalOperation, k.Key), k.CreatedAt)
        );
        _since = holds.Concat(payments).ToDictionary(k => k.Key, k => agree ? k.CreatedAt : null);
    }

    public bool Has(RequestKey key) => _since.ContainsKey(key);

    /// <summary>By the database's clock; null where there is no record, or no telling.</summary>
    public DateTimeOffset? Since(RequestKey key) => _since.GetValueOrDefault(key);
}
