namespace ConcertReservation.Payments;

/// <summary>When background work asks the provider about it.</summary>
internal sealed partial class Payment
{
    /// <summary>
    /// However often the provider tells of a change, or somebody in its name: background work
    /// begins no two questions within this time.
    /// </summary>
    public static readonly TimeSpan HintInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Longer than a provider works on a try; what it says of the money by then is its last word.
    /// </summary>
    public static readonly TimeSpan LookBackAfter = TimeSpan.FromMinutes(10);

    /// <summary>
    /// When background work checks it next; null where there is nothing left to do.
    /// </summary>
    public DateTimeOffset? NextCheckAt { get; private set; }

    /// <summary>
    /// Since when it waits for its end, for that of its refund, or, where it has failed, for money
    /// to go back that was taken all the same.
    /// </summary>
    public DateTimeOffset? OpenSince { get; private set; }

    /// <summary>Until then one host has it in hand, or that host has died.</summary>
    public DateTimeOffset? ClaimedUntil { get; private set; }

    /// <summary>When background work began to check it last; set by the claim.</summary>
    public DateTimeOffset? AskedAt { get; private set; }

    /// <summary>When the provider told of a change that was not asked about to the end.</summary>
    public DateTimeOffset? HintedAt { get; private set; }

    /// <summary>How often it was checked without an outcome; each is a try of its own.</summary>
    public int Checks { get; private set; }

    /// <summary>How many of these were asked for from outside, before they were due.</summary>
    public int HintedChecks { get; private set; }

    /// <summary>
    /// How often a wait of ours has brought no outcome. Whoever tells of changes that are none
    /// makes the waits no longer.
    /// </summary>
    public int Waits => Checks - HintedChecks;

    /// <summary>
    /// Somebody may have asked the provider to take the money and not have heard what became of
    /// that: whatever it has said to others since, it may be under way.
    /// </summary>
    public bool HasUnansweredTry => WasAsked && (Checks > 0 || AskedAt is not null);

    /// <summary>No outcome was found: background work comes back later.</summary>
    /// <param name="claim">
    /// What <see cref="ClaimedUntil"/> was when the check began: a claim of somebody else stays.
    /// </param>
    public void CheckAgain(DateTimeOffset now, TimeSpan wait, DateTimeOffset? claim)
    {
        Require(NextCheckAt is not null, "be checked again");
        Checks++;
        if (ClaimedUntil == claim)
            ClaimedUntil = null;
        // Of a change while it was being asked: it is due already.
        if (IsHinted)
            return;

        if (HintedAt is not null)
            HintedChecks++;
        HintedAt = null;
        NextCheckAt = now + wait;
    }

    /// <summary>
    /// The provider tells of a change: it is asked soon, and not when that was due.
    /// </summary>
    /// <param name="isTaken">It says that it has taken the money.</param>
    /// <returns>False where no word of the provider is waited for.</returns>
    public bool Hint(DateTimeOffset now, bool isTaken = false)
    {
        // Of one that has failed there is only this left to learn.
        var isHeard = Status == PaymentStatus.Failed ? isTaken : NextCheckAt is not null;
        if (!WasAsked || !isHeard)
            return false;

        if (!IsHinted)
            HintedAt = now;
        var soon = AskedAt + HintInterval is { } earliest && earliest > now ? earliest : now;
        NextCheckAt = NextCheckAt is { } due && due < soon ? due : soon;
        return true;
    }

    /// <summary>It has failed, and the provider has its money.</summary>
    /// <returns>False where that is known already.</returns>
    public bool NoteTaken(DateTimeOffset now)
    {
        Require(Status == PaymentStatus.Failed && WasAsked, "have stray money");
        if (OpenSince is not null)
            return false;

        OpenSince = now;
        return true;
    }

    /// <summary>It has failed, and the provider has none of its money.</summary>
    /// <param name="isReturned">It had some, which went back: nothing is left to look for.</param>
    /// <param name="claim">As in <see cref="CheckAgain"/>.</param>
    public void EndLookBack(DateTimeOffset now, bool isReturned, DateTimeOffset? claim)
    {
        Require(Status == PaymentStatus.Failed && WasAsked, "be looked back at");
        if (ClaimedUntil == claim)
            ClaimedUntil = null;
        OpenSince = null;
        if (IsHinted && !isReturned)
            return;

        // Who asks from outside, perhaps too early, does not replace the look at its time.
        var wasHinted = HintedAt is not null;
        HintedAt = null;
        NextCheckAt = wasHinted && !isReturned ? now + LookBackAfter : null;
    }

    /// <summary>Since it was asked last, the provider has told of a change.</summary>
    private bool IsHinted => HintedAt is { } told && !(told <= AskedAt);

    private void LookBackLater(DateTimeOffset now)
    {
        NextCheckAt = now + LookBackAfter;
        Checks = 0;
        HintedChecks = 0;
    }
}
