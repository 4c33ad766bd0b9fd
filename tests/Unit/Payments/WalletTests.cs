using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;
using ConcertReservation.Payments;

namespace ConcertReservation.Tests.Unit.Payments;

[TestFixture]
internal sealed class WalletTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void a_charge_raises_the_balance_and_leaves_an_entry()
    {
        var wallet = Wallet.Open(7);

        var entry = wallet.Charge(new Money(50_000), Noon).ShouldNotBeNull();

        wallet.Balance.ShouldBe(new Money(50_000));
        entry.ShouldSatisfyAllConditions(
            () => entry.Kind.ShouldBe(WalletEntryKind.Charge),
            () => entry.AmountWon.ShouldBe(50_000),
            () => entry.Balance.ShouldBe(new Money(50_000)),
            () => entry.CustomerId.ShouldBe(7),
            () => entry.OccurredAt.ShouldBe(Noon)
        );
    }

    [TestCase(0)]
    [TestCase(10_000_001)]
    public void nothing_and_too_much_cannot_be_charged(long won) =>
        Should.Throw<ArgumentOutOfRangeException>(() =>
            Wallet.Open(7).Charge(new Money(won), Noon)
        );

    [Test]
    public void a_wallet_is_full_at_a_billion_but_takes_every_refund()
    {
        var wallet = Wallet.Open(7);
        for (var i = 0; i < 100; i++)
            wallet.Charge(Wallet.MaxCharge, Noon).ShouldNotBeNull();

        wallet.Charge(new Money(1), Noon).ShouldBeNull();
        wallet.Refund(new Money(1), 1, Noon).ShouldNotBeNull();

        wallet.Balance.ShouldBe(new Money(1_000_000_001));
    }

    [Test]
    public void a_balance_pays_to_its_last_won_and_not_further()
    {
        var wallet = Wallet.Open(7);
        wallet.Charge(new Money(100), Noon);

        wallet.Pay(new Money(101), 1, Noon).ShouldBeNull();
        wallet.Pay(new Money(100), 2, Noon).ShouldNotBeNull().AmountWon.ShouldBe(-100);

        wallet.Balance.ShouldBe(Money.Zero);
    }

    [Test]
    public void a_wallet_whose_owner_goes_gives_up_what_is_left_and_takes_only_refunds()
    {
        var wallet = Wallet.Open(7);
        wallet.Charge(new Money(100), Noon);

        var given = wallet.Close(Noon).ShouldNotBeNull();

        (given.Kind, given.AmountWon, given.Balance).ShouldBe(
            (WalletEntryKind.Forfeit, -100, Money.Zero)
        );
        wallet.Balance.ShouldBe(Money.Zero);
        wallet.Close(Noon).ShouldBeNull("nothing is left");
        Should.Throw<IllegalTransitionException>(() => wallet.Charge(new Money(1), Noon));
        Should.Throw<IllegalTransitionException>(() => wallet.Pay(Money.Zero, 1, Noon));
        wallet.Refund(new Money(50), 1, Noon);
        wallet.Balance.ShouldBe(new Money(50));
    }

    /// <summary>
    /// Any sequence of charges, payments and refunds of what was paid, against a plain sum.
    /// </summary>
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void in_every_history_the_entries_add_up_to_a_balance_that_is_never_negative(
        (byte Command, ushort Amount)[] history
    )
    {
        var wallet = Wallet.Open(7);
        var entries = new List<WalletEntry>();
        var paid = new Queue<(long PaymentId, Money Amount)>();
        var expected = 0L;
        foreach (var (command, won) in history)
        {
            var amount = new Money(won + 1L);
            var paymentId = entries.Count + 1L;
            switch (command % 3)
            {
                case 0:
                    entries.Add(wallet.Charge(amount, Noon)!);
                    expected += amount.Won;
                    break;
                case 1 when wallet.Pay(amount, paymentId, Noon) is { } payment:
                    entries.Add(payment);
                    paid.Enqueue((paymentId, amount));
                    expected -= amount.Won;
                    break;
                case 1:
                    expected.ShouldBeLessThan(amount.Won);
                    break;
                case 2 when paid.TryDequeue(out var refunded):
                    entries.Add(wallet.Refund(refunded.Amount, refunded.PaymentId, Noon));
                    expected += refunded.Amount.Won;
                    break;
            }

            wallet.Balance.Won.ShouldBe(expected);
            wallet.Balance.Won.ShouldBeGreaterThanOrEqualTo(0);
            entries.Sum(e => e.AmountWon).ShouldBe(expected);
        }
    }
}
