namespace ConcertReservation.Contracts;

/// <summary>
/// What a part of the system keeps about a person, by the id of their account: whoever keeps a
/// name, an address, or anything that a person did, implements it. Each question and command may
/// be repeated.
/// </summary>
public interface IPersonalData
{
    /// <summary>What the part is called in an export, such as <c>reservations</c>.</summary>
    string Section { get; }

    /// <summary>
    /// Why the account cannot be deleted now, in words for its owner: what has to end before.
    /// Runs in the unit of work that deletes the account; what it locks stays as it is until then.
    /// </summary>
    Task<IReadOnlyList<Obstacle>> ObstaclesAsync(long customerId, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<Obstacle>>([]);

    /// <summary>
    /// Nothing stands in the way: the account goes with this unit of work. From its commit on no
    /// request of the person's changes anything, not even one that is under way at this moment.
    /// </summary>
    Task CloseAsync(long customerId, CancellationToken stop) => Task.CompletedTask;

    /// <summary>Everything kept about the person, kind after kind.</summary>
    IAsyncEnumerable<PersonalRecord> ReadAsync(long customerId, CancellationToken stop);

    /// <summary>
    /// Erases what names a person whose account is deleted. In transactions of its own, and
    /// again hours and days later: what was still on its way comes after the first time. Ids,
    /// amounts and times stay, for they name nobody by themselves.
    /// </summary>
    Task EraseAsync(long customerId, CancellationToken stop) => Task.CompletedTask;
}

/// <summary>Something that the deletion of an account has to wait for.</summary>
/// <param name="About">What, such as <c>reservation 7</c>.</param>
/// <param name="Reason">Why, and what its owner can do.</param>
/// <param name="IsOnlyPoints">The owner may say that it does not matter to them.</param>
public sealed record Obstacle(string About, string Reason, bool IsOnlyPoints = false);

/// <summary>One thing in an export.</summary>
/// <param name="Kind">What it is one of, such as <c>walletEntries</c>.</param>
/// <param name="Value">Becomes JSON.</param>
public sealed record PersonalRecord(string Kind, object Value);
