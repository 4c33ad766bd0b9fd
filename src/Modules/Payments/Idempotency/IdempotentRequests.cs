using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace ConcertReservation.Payments;

/// <summary>
/// Runs an operation at most once per Idempotency-Key, in one transaction with the record of its
/// answer: a repeat gets the same bytes, another body is refused, and what had no effect leaves no
/// record.
/// </summary>
internal sealed class IdempotentRequests(UnitOfWork unitOfWork)
{
    /// <summary>How often a repeat looks whether an open key has its answer.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Claims the key and does the work, or answers from the record.</summary>
    public async Task<IdempotentOutcome> RunAsync(
        IdempotencyScope scope,
        byte[] fingerprint,
        Func<CancellationToken, Task<Reply>> work,
        CancellationToken stop
    )
    {
        try
        {
            return await unitOfWork.RunAsync(
                token => ClaimAndRunAsync(scope, fingerprint, work, token),
                commits: outcome => outcome.HadEffect,
                stop
            );
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return IdempotentOutcome.Of(Problems.IdempotencyKeyInUse());
        }
    }

    /// <summary>
    /// Waits briefly for the answer of an open key, with no transaction held; null where there is
    /// none yet.
    /// </summary>
    public async Task<RecordedAnswer?> AwaitAnswerAsync(
        IdempotencyScope scope,
        CancellationToken stop
    )
    {
        using var timer = new PeriodicTimer(LookEvery);
        for (var looks = IdempotencyTable.Patience / LookEvery; looks > 0; looks--)
        {
            if (await FindAnswerAsync(scope, stop) is { } answer)
                return answer;

            await timer.WaitForNextTickAsync(stop);
        }

        return null;
    }

    /// <summary>What is kept under the key; null where its outcome is open.</summary>
    public async Task<RecordedAnswer?> FindAnswerAsync(
        IdempotencyScope scope,
        CancellationToken stop
    )
    {
        var record = await unitOfWork.RunAsync(
            token => IdempotencyTable.FindAsync(unitOfWork.Connection, scope, token),
            stop
        );
        return record?.Answer;
    }

    private async Task<IdempotentOutcome> ClaimAndRunAsync(
        IdempotencyScope scope,
        byte[] fingerprint,
        Func<CancellationToken, Task<Reply>> work,
        CancellationToken stop
    )
    {
        var connection = unitOfWork.Connection;
        if (await IdempotencyTable.ClaimAsync(connection, scope, fingerprint, stop) is { } known)
        {
            var same = known.Fingerprint.AsSpan().SequenceEqual(fingerprint);
            return (same, known.Answer) switch
            {
                (true, { } answer) => IdempotentOutcome.Of(answer),
                (true, null) => new IdempotentOutcome(null, IsOpen: true, HadEffect: false),
                (false, null) => IdempotentOutcome.Of(Problems.IdempotencyKeyInUse()),
                (false, _) => IdempotentOutcome.Of(Problems.IdempotencyKeyReused()),
            };
        }

        var reply = await work(stop);
        if (reply.Refusal is { } refusal)
            return IdempotentOutcome.Of(refusal);

        if (reply.Answer is { } effect)
            await IdempotencyTable.AnswerAsync(connection, scope, effect, stop);
        else
            await IdempotencyTable.LeaveOpenAsync(connection, scope, reply.Subject!, stop);
        return new IdempotentOutcome(reply.Answer, IsOpen: false, HadEffect: true);
    }
}

/// <summary>
/// What the work under a key came to: an effect with its answer, a refusal, or a beginning.
/// </summary>
internal readonly record struct Reply
{
    public RecordedAnswer? Answer { get; private init; }
    public Problem? Refusal { get; private init; }
    public string? Subject { get; private init; }

    /// <summary>
    /// It had an effect, which commits with the answer: also a decline that was recorded.
    /// </summary>
    public static Reply Effect(RecordedAnswer answer) => new() { Answer = answer };

    /// <summary>
    /// Nothing happened: what was written is rolled back, and the key is free for another try.
    /// </summary>
    public static Reply Refused(Problem problem) => new() { Refusal = problem };

    /// <summary>It goes on after the commit; the subject's outcome will be the answer.</summary>
    public static Reply Begun(string subject) => new() { Subject = subject };

    public static implicit operator Reply(Problem problem) => Refused(problem);
}

/// <param name="Answer">
/// What to send; null where the work has only begun, now or by an earlier request.
/// </param>
/// <param name="IsOpen">An earlier request began it and its outcome is not known yet.</param>
/// <param name="HadEffect">Something was committed by this request.</param>
internal sealed record IdempotentOutcome(IResult? Answer, bool IsOpen, bool HadEffect)
{
    public static IdempotentOutcome Of(IResult answer) => new(answer, false, false);
}
