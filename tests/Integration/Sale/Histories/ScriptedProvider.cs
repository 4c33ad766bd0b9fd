using ConcertReservation.Payments;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>
/// A payment provider that does what a history tells it, and keeps books: an order's money is taken
/// once at most, and given back once at most.
/// </summary>
internal sealed class ScriptedProvider : IPaymentGateway
{
    public const string Taken = "DONE";
    public const string Declined = "ABORTED";
    public const string Returned = "CANCELED";

    private readonly Dictionary<string, (string Status, long Amount)> _books = new(
        StringComparer.Ordinal
    );

    /// <summary>
    /// Of orders whose money went back: after which question that was told, and how many processes
    /// had died by then, for the one that heard it may be the next.
    /// </summary>
    private readonly Dictionary<string, (long Question, int Deaths)> _toldReturned = new(
        StringComparer.Ordinal
    );

    /// <summary>Orders of which the merchant wants no money any more.</summary>
    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);

    private long _questions;
    private TaskCompletionSource _asked = new();
    private Question? _question;

    /// <summary>How it takes the next question; after that it just answers.</summary>
    public Manner Next { get; set; }

    /// <summary>The orders of this history.</summary>
    public IReadOnlyDictionary<string, (string Status, long Amount)> Books => _books;

    /// <summary>Those of earlier ones.</summary>
    public Dictionary<string, (string Status, long Amount)> Archive { get; } =
        new(StringComparer.Ordinal);

    /// <summary>What no merchant should ask for.</summary>
    public List<string> Complaints { get; } = [];

    public void BeginBooks()
    {
        foreach (var (order, entry) in _books)
            Archive.Add(order, entry);
        _books.Clear();
        _toldReturned.Clear();
        Complaints.Clear();
    }

    /// <summary>Ends when somebody is made to wait from now on.</summary>
    public Task NextWaitAsync()
    {
        _asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _asked.Task;
    }

    /// <summary>What it was asked by whoever was made to wait last.</summary>
    public Question TakeWaiting() => _question!;

    public async Task<Verdict> ConfirmAsync(ProviderOrder order, CancellationToken stop) =>
        await MannerAsync() switch
        {
            Manner.Deaf => Nothing,
            Manner.Refuses => Refuse(order),
            Manner.Declines => End(order, Declined),
            Manner.Silent => Lose(End(order, Taken)),
            _ => End(order, Taken),
        };

    public async Task<Verdict> FindAsync(ProviderOrder order, CancellationToken stop) =>
        await MannerAsync() is Manner.Deaf or Manner.Silent ? Nothing : Now(order);

    public async Task<Verdict> RefundAsync(
        ProviderOrder order,
        string reason,
        CancellationToken stop
    )
    {
        var question = ++_questions;
        switch (await MannerAsync())
        {
            case Manner.Deaf or Manner.Declines or Manner.Refuses:
                return Nothing;
            case Manner.Silent:
                return Lose(GiveBack(order, question));
            default:
                var returned = GiveBack(order, question);
                _toldReturned[order.OrderId] = (_questions, SuddenDeath.Dead);
                return returned;
        }
    }

    /// <summary>An order that has not ended never takes money any more.</summary>
    public void Close(ProviderOrder order)
    {
        _closed.Add(order.OrderId);
        End(order, Declined);
    }

    public bool IsClosed(ProviderOrder order) => _closed.Contains(order.OrderId);

    /// <summary>
    /// What becomes of a question by which no money moves: null where it is as any other.
    /// </summary>
    public Manner? TakeLoss()
    {
        if (Next is not (Manner.Deaf or Manner.Silent))
            return null;

        var loss = Next;
        Next = Manner.Answers;
        return loss;
    }

    private static Verdict Nothing => new(VerdictKind.Unclear, "No answer.");

    private async Task<Manner> MannerAsync()
    {
        var manner = Next;
        Next = Manner.Answers;
        if (manner != Manner.Waits)
            return manner;

        var question = new Question();
        _question = question;
        _asked.TrySetResult();
        return await question.Answered;
    }

    private static Verdict Lose(Verdict _) => Nothing;

    /// <summary>Only an order that has not ended does.</summary>
    private Verdict End(ProviderOrder order, string status)
    {
        if (!_books.ContainsKey(order.OrderId))
            _books[order.OrderId] = (status, order.Amount.Won);
        else if (_books[order.OrderId].Amount != order.Amount.Won)
            Complaints.Add($"{order.OrderId} is of another amount: {order.Amount.Won}");
        return Now(order);
    }

    /// <summary>It ends nothing.</summary>
    private Verdict Refuse(ProviderOrder order) =>
        _books.ContainsKey(order.OrderId)
            ? Now(order)
            : new Verdict(VerdictKind.Declined, "Refused.");

    /// <summary>
    /// Whoever has heard that it went back, and lives, has no reason to ask again.
    /// </summary>
    private Verdict GiveBack(ProviderOrder order, long question)
    {
        if (
            _toldReturned.TryGetValue(order.OrderId, out var told)
            && told.Question < question
            && told.Deaths == SuddenDeath.Dead
        )
        {
            Complaints.Add($"{order.OrderId} is to be given back, and has been: so it was told");
        }

        if (_books.GetValueOrDefault(order.OrderId).Status is Taken or Returned)
            _books[order.OrderId] = (Returned, order.Amount.Won);
        else
            Complaints.Add($"{order.OrderId} is to be given back and was not taken");
        return Now(order);
    }

    private Verdict Now(ProviderOrder order) =>
        _books.GetValueOrDefault(order.OrderId).Status switch
        {
            Taken => new Verdict(VerdictKind.Taken),
            Declined => new Verdict(VerdictKind.Declined, "Declined."),
            Returned => new Verdict(VerdictKind.Returned, "Given back."),
            _ => new Verdict(VerdictKind.NotTaken),
        };
}

/// <summary>A question to the provider that waits for its answer.</summary>
internal sealed class Question
{
    private readonly TaskCompletionSource<Manner> _answer = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    public Task<Manner> Answered => _answer.Task;

    public void Answer(Manner manner) => _answer.SetResult(manner);

    /// <summary>Who asked is dead.</summary>
    public void Die() => _answer.SetException(new ProcessDied("waiting for the provider"));
}
