using System.Net;

namespace ConcertReservation.Tests.Integration.Payments;

[TestFixture]
internal sealed class WalletTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [Test]
    public async Task a_new_customer_has_no_points() =>
        (await System.NewPayer().BalanceAsync()).ShouldBe(0);

    [Test]
    public async Task a_charge_raises_the_balance_on_every_host()
    {
        var mina = System.NewPayer();

        var charged = await mina.ChargesAsync(250_000);

        charged.Status.ShouldBe(HttpStatusCode.Created);
        charged.Json["balance"]!.GetValue<long>().ShouldBe(250_000);
        (await System.OnOtherHost(mina).BalanceAsync()).ShouldBe(250_000);
    }

    [Test]
    public async Task a_repeat_on_the_other_host_gets_the_same_bytes_and_no_points()
    {
        var mina = System.NewPayer();
        var first = await mina.ChargesAsync(1_000, "key-1");
        await mina.ChargesAsync(500);

        var repeat = await System.OnOtherHost(mina).ChargesAsync(1_000, "key-1");

        repeat.ShouldBe(first with { Replayed = true });
        (await mina.BalanceAsync()).ShouldBe(1_500);
    }

    [Test]
    public async Task a_key_belongs_to_one_body()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(1_000, "key-1");

        var other = await mina.ChargesAsync(2_000, "key-1");

        other.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        other.Problem.ShouldBe("idempotency-key-reused");
        (await mina.BalanceAsync()).ShouldBe(1_000);
    }

    [Test]
    public async Task the_same_key_of_another_customer_is_another_key()
    {
        var (mina, jisoo) = (System.NewPayer(), System.NewPayer());
        await mina.ChargesAsync(1_000, "key-1");

        (await jisoo.ChargesAsync(2_000, "key-1")).Replayed.ShouldBeFalse();
        (await jisoo.BalanceAsync()).ShouldBe(2_000);
    }

    [Test]
    public async Task parallel_repeats_over_two_hosts_charge_once_and_all_hear_the_same()
    {
        var mina = System.NewPayer();
        var elsewhere = System.OnOtherHost(mina);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i => (i % 2 == 0 ? mina : elsewhere).ChargesAsync(1_000, "key-1"))
        );

        answers.Select(a => a.Status).ShouldAllBe(status => status == HttpStatusCode.Created);
        answers.Select(a => a.Text).Distinct().Count().ShouldBe(1);
        answers.Count(a => !a.Replayed).ShouldBe(1);
        (await mina.BalanceAsync()).ShouldBe(1_000);
    }

    [Test]
    public async Task parallel_charges_with_own_keys_all_count()
    {
        var mina = System.NewPayer();
        var elsewhere = System.OnOtherHost(mina);

        await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? mina : elsewhere).ChargesAsync(1_000))
        );

        (await mina.BalanceAsync()).ShouldBe(20_000);
    }

    [Test]
    public async Task a_repeat_while_the_first_still_runs_is_told_to_come_again()
    {
        var mina = System.NewPayer();
        var first = await System.BeginChargeAsync(mina, "key-1");

        var repeat = await mina.ChargesAsync(1_000, "key-1");

        repeat.Status.ShouldBe(HttpStatusCode.Conflict);
        repeat.Problem.ShouldBe("idempotency-key-in-use");
        repeat.Json["retryAfter"]!.GetValue<int>().ShouldBe(1);
        await first.DisposeAsync();
        (await mina.ChargesAsync(1_000, "key-1")).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Test]
    public async Task after_a_day_a_key_is_a_new_one()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(1_000, "key-1");
        await System.ExecuteAsync(
            """
            UPDATE payments.idempotency_keys SET created_at = created_at - interval '24 hours'
            WHERE customer_id = $1
            """,
            mina.CustomerId
        );

        (await mina.ChargesAsync(2_000, "key-1")).Replayed.ShouldBeFalse();
        (await mina.BalanceAsync()).ShouldBe(3_000);
        (await mina.ChargesAsync(2_000, "key-1")).Replayed.ShouldBeTrue();
    }

    [Test]
    public async Task keys_of_yesterday_are_removed_and_todays_stay()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(1_000, "yesterday");
        await System.ExecuteAsync(
            """
            UPDATE payments.idempotency_keys SET created_at = created_at - interval '24 hours'
            WHERE customer_id = $1
            """,
            mina.CustomerId
        );
        await mina.ChargesAsync(1_000, "today");

        await System.ForgetOldKeysAsync();

        var kept = await System.AskAsync<string>(
            "SELECT key FROM payments.idempotency_keys WHERE customer_id = $1",
            mina.CustomerId
        );
        kept.ShouldBe("today");
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(10_000_001)]
    [TestCase(long.MaxValue)]
    public async Task an_impossible_amount_is_named_and_charges_nothing(long amount)
    {
        var mina = System.NewPayer();

        var refused = await mina.ChargesAsync(amount);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Json["errors"]!["amount"].ShouldNotBeNull();
        (await mina.BalanceAsync()).ShouldBe(0);
    }

    [Test]
    public async Task a_charge_needs_a_key_and_a_customer()
    {
        var mina = System.NewPayer();

        var keyless = await mina.PostAsync(
            "/api/wallet/charges",
            new { amount = 1_000 },
            null,
            withKey: false
        );
        keyless.Problem.ShouldBe("idempotency-key-missing");

        mina.Api.DefaultRequestHeaders.Clear();
        (await mina.ChargesAsync(1_000)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task a_full_wallet_takes_no_more_and_the_same_key_may_try_again()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(1_000);
        await System.ExecuteAsync(
            "UPDATE payments.wallets SET balance = 1000000000 WHERE customer_id = $1",
            mina.CustomerId
        );

        (await mina.ChargesAsync(1_000, "key-1")).Problem.ShouldBe("illegal-state");

        await System.ExecuteAsync(
            "UPDATE payments.wallets SET balance = 1000 WHERE customer_id = $1",
            mina.CustomerId
        );
        var again = await mina.ChargesAsync(1_000, "key-1");
        again.Status.ShouldBe(HttpStatusCode.Created);
        again.Replayed.ShouldBeFalse();
    }
}
