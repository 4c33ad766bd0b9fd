using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;

namespace ConcertReservation.Payments;

/// <summary>
/// A customer's points, one point a won, never negative. Each movement is an entry: the balance is
/// at any time the sum of the entries.
/// </summary>
internal sealed class Wallet
{
    /// <summary>The largest single top-up.</summary>
    public static readonly Money MaxCharge = new(10_000_000);

    /// <summary>Top-ups end here; refunds never do.</summary>
    public static readonly Money MaxBalance = new(1_000_000_000);

    public long CustomerId { get; private init; }
    public Money Balance { get; private set; }

    /// <summary>When its owner's account was deleted; null while there is one.</summary>
    public DateTimeOffset? ClosedAt { get; private set; }

    public static Wallet Open(long customerId) => new() { CustomerId = customerId };

    /// <summary>Tops up; null where the wallet would hold more than it may.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Nothing, or more than one top-up may be.
    /// </exception>
    public WalletEntry? Charge(Money amount, DateTimeOffset now)
    {
        if (amount == Money.Zero || amount > MaxCharge)
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "Not a possible top-up.");

        RequireOwner();
        return Balance + amount > MaxBalance
            ? null
            : Move(WalletEntryKind.Charge, amount.Won, null, now);
    }

    /// <summary>Pays; null where the balance does not reach.</summary>
    public WalletEntry? Pay(Money amount, long paymentId, DateTimeOffset now)
    {
        RequireOwner();
        return amount > Balance ? null : Move(WalletEntryKind.Payment, -amount.Won, paymentId, now);
    }

    /// <summary>Its owner goes, and gives up what is left.</summary>
    /// <returns>What takes it away; null where nothing is left.</returns>
    public WalletEntry? Close(DateTimeOffset now)
    {
        ClosedAt ??= now;
        return Balance == Money.Zero
            ? null
            : Move(WalletEntryKind.Forfeit, -Balance.Won, null, now);
    }

    /// <summary>Takes a payment's money back, also where its owner has gone.</summary>
    public WalletEntry Refund(Money amount, long paymentId, DateTimeOffset now) =>
        Move(WalletEntryKind.Refund, amount.Won, paymentId, now);

    private void RequireOwner()
    {
        if (ClosedAt is not null)
            throw new IllegalTransitionException($"Wallet {CustomerId} has no owner any more.");
    }

    private WalletEntry Move(WalletEntryKind kind, long won, long? paymentId, DateTimeOffset now)
    {
        Balance = new Money(checked(Balance.Won + won));
        return new WalletEntry(CustomerId, kind, won, Balance, paymentId, now);
    }
}

internal enum WalletEntryKind
{
    Charge,
    Payment,
    Refund,

    /// <summary>What was left when its owner's account was deleted.</summary>
    Forfeit,
}

/// <summary>One movement of a wallet, never changed.</summary>
/// <param name="AmountWon">In won; negative where points left the wallet.</param>
internal sealed record WalletEntry(
    long CustomerId,
    WalletEntryKind Kind,
    long AmountWon,
    Money Balance,
    long? PaymentId,
    DateTimeOffset OccurredAt
)
{
    /// <summary>Given by the table.</summary>
    public long Id { get; private init; }
}
