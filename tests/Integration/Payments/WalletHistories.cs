using System.Net;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// Random histories of one wallet over two hosts, repeats and reused keys among them, against a
/// plain sum: each answer is the model's, and at the end the ledger adds up to it.
/// </summary>
[TestFixture]
internal sealed class WalletHistories
{
    private const int Steps = 30;

    private static PaymentsSystem System => PaymentsFixture.System;

    private readonly Dictionary<string, (long Amount, Answer Answer)> _charges = [];
    private readonly List<(long Reservation, long Payment)> _paid = [];
    private readonly List<(long Reservation, long Payment)> _refunded = [];
    private Random _random = new(0);
    private Payer _mina = null!;
    private long _balance;
    private int _entries;

    /// <summary>At either host.</summary>
    private Payer Mina => _random.Next(2) == 0 ? _mina : System.OnOtherHost(_mina);

    [Test]
    public async Task every_answer_is_the_models([Range(1, 20)] int seed)
    {
        _random = new Random(seed);
        _charges.Clear();
        _paid.Clear();
        _refunded.Clear();
        (_balance, _entries) = (0, 0);
        _mina = System.NewPayer();

        for (var step = 0; step < Steps; step++)
        {
            await StepAsync();
            (await Mina.BalanceAsync()).ShouldBe(_balance);
        }

        await LedgerShouldAgreeAsync();
    }

    private Task StepAsync() =>
        _random.Next(8) switch
        {
            < 2 => ChargeAsync(),
            2 => RepeatAsync(),
            3 => ReuseAsync(),
            < 6 => PayAsync(),
            6 => RefundAsync(),
            _ => RefundAgainAsync(),
        };

    private async Task ChargeAsync()
    {
        var (key, amount) = (Guid.NewGuid().ToString(), (long)_random.Next(1, 100_000));

        var charged = await Mina.ChargesAsync(amount, key);

        charged.Status.ShouldBe(HttpStatusCode.Created, charged.Text);
        _balance += amount;
        _entries++;
        charged.Json["balance"]!.GetValue<long>().ShouldBe(_balance);
        _charges.Add(key, (amount, charged));
    }

    private async Task RepeatAsync()
    {
        if (SomeCharge() is not { } key)
            return;

        var (amount, first) = _charges[key];
        (await Mina.ChargesAsync(amount, key)).ShouldBe(first with { Replayed = true });
    }

    private async Task ReuseAsync()
    {
        if (SomeCharge() is not { } key)
            return;

        var reused = await Mina.ChargesAsync(_charges[key].Amount + 1, key);
        reused.Problem.ShouldBe("idempotency-key-reused");
    }

    private async Task PayAsync()
    {
        var amount = (long)_random.Next(1, 120_000);
        var (key, reservation) = (
            Guid.NewGuid().ToString(),
            await System.ReserveAsync(_mina, amount)
        );

        var paid = await Mina.PaysAsync(reservation, "POINT", key);

        (await Mina.PaysAsync(reservation, "POINT", key)).ShouldBe(paid with { Replayed = true });
        if (amount > _balance)
        {
            paid.Problem.ShouldBe("insufficient-balance");
            return;
        }

        paid.PaymentStatus.ShouldBe("COMPLETED");
        _balance -= amount;
        _entries++;
        _paid.Add((reservation, paid.PaymentId));
    }

    private async Task RefundAsync()
    {
        if (_paid.Count == 0)
            return;

        var sale = _paid[_random.Next(_paid.Count)];
        await GiveBackAsync(sale);
        var refunded = await Mina.SeesAsync(sale.Payment, "REFUNDED");
        _balance += refunded.Json["amount"]!.GetValue<long>();
        _entries++;
        _paid.Remove(sale);
        _refunded.Add(sale);
    }

    private Task RefundAgainAsync() =>
        _refunded.Count == 0
            ? Task.CompletedTask
            : GiveBackAsync(_refunded[_random.Next(_refunded.Count)]);

    private Task GiveBackAsync((long Reservation, long Payment) sale) =>
        System.ReceiveAsync(
            new ReservationConfirmationFailed
            {
                OccurredAt = DateTimeOffset.UtcNow,
                Version = 2,
                ReservationId = sale.Reservation,
                PaymentId = sale.Payment,
                UserId = _mina.CustomerId,
                ConcertId = 1,
                Amount = new Money(1),
                Reason = "seats gone",
            }
        );

    private string? SomeCharge() =>
        _charges.Count == 0 ? null : _charges.Keys.ElementAt(_random.Next(_charges.Count));

    /// <summary>
    /// Each entry's balance is the one before it and its amount; the last one is the wallet's.
    /// </summary>
    private async Task LedgerShouldAgreeAsync()
    {
        var (count, sum, wrong) = (
            await OfEntriesAsync("count(*)"),
            await OfEntriesAsync("coalesce(sum(amount), 0)::bigint"),
            await OfEntriesAsync("count(*) FILTER (WHERE balance <> before + amount)")
        );
        (count, sum, wrong).ShouldBe((_entries, _balance, 0));
    }

    private Task<long> OfEntriesAsync(string what) =>
        System.AskAsync<long>(
            $"""
            SELECT {what}
            FROM (SELECT amount, balance, coalesce(lag(balance) OVER (ORDER BY id), 0) AS before
                FROM payments.wallet_entries WHERE customer_id = $1) AS entry
            """,
            _mina.CustomerId
        );
}
