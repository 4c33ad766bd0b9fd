using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>How the provider is asked about what nobody knows.</summary>
[TestFixture]
internal sealed class ReconcilerTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [TearDown]
    public void MendTheWire() => System.Wire.Fault = null;

    [Test]
    public async Task the_waits_between_questions_double()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        var asked = new ConcurrentQueue<TimeSpan>();
        System.Wire.Fault = (_, _) =>
        {
            asked.Enqueue(Stopwatch.GetElapsedTime(0));
            throw new HttpRequestException("The line is cut.");
        };

        var unknown = await mina.ConfirmsAsync(payment, paymentKey);
        (unknown.Status, unknown.Location).ShouldBe(
            (HttpStatusCode.Accepted, $"/api/payments/{payment}")
        );
        await Eventually.Until("it was asked for six times", () => asked.Count >= 6);

        var times = asked.ToArray();
        for (var i = 1; i < 6; i++)
        {
            var wait = (times[i] - times[i - 1]).TotalMilliseconds;
            wait.ShouldBeGreaterThanOrEqualTo(50 * Math.Pow(2, i - 1), $"wait {i}");
        }

        System.Wire.Fault = null;
        await mina.SeesAsync(payment, "COMPLETED");
    }

    /// <summary>Whoever asked has died, and left nothing but its claim.</summary>
    [Test]
    public async Task a_claim_of_a_host_that_died_ends_with_its_lease()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(
            reservation,
            Payer.TakenAndBrokenCard
        );
        System.Wire.Fault = (_, _) => throw new HttpRequestException("The line is cut.");
        await mina.ConfirmsAsync(payment, paymentKey);
        await System.ExecuteAsync(
            """
            UPDATE payments.payments SET next_check_at = clock.now(), status = 'UNKNOWN',
                claimed_until = clock.now() + interval '1 hour'
            WHERE id = $1
            """,
            payment
        );
        System.Wire.Fault = null;

        await OthersAreFinishedAsync(mina);
        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("UNKNOWN");
        await System.ExecuteAsync(
            "UPDATE payments.payments SET claimed_until = clock.now() WHERE id = $1",
            payment
        );

        await mina.SeesAsync(payment, "COMPLETED");
    }

    [Test]
    public async Task an_unclear_answer_to_the_customer_ends_no_claim_of_a_host_that_still_asks()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        var (confirmation, search) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (confirmations, searches) = (0, 0);
        System.Wire.Fault = async (request, send) =>
        {
            if (request.RequestUri!.AbsolutePath.EndsWith(paymentKey, StringComparison.Ordinal))
            {
                Interlocked.Increment(ref searches);
                await search.Task;
            }
            else if (Interlocked.Increment(ref confirmations) == 1)
            {
                await confirmation.Task;
                throw new HttpRequestException("The line is cut.");
            }

            return await send();
        };
        var confirming = mina.ConfirmsAsync(payment, paymentKey);
        await Eventually.Until("we ask", () => Volatile.Read(ref confirmations) == 1);
        await System.CheckNowAsync(payment);
        await Eventually.Until("the reconciler asks", () => Volatile.Read(ref searches) == 1);

        confirmation.SetResult();
        (await confirming).PaymentStatus.ShouldBe("UNKNOWN");
        await System.CheckNowAsync(payment);
        await OthersAreFinishedAsync(mina);

        searches.ShouldBe(1);
        search.SetResult();
        await mina.SeesAsync(payment, "COMPLETED");
    }

    /// <summary>A whole concert is refunded, and each refund takes the provider's time.</summary>
    [Test]
    public async Task refunds_without_number_hold_up_no_payment_that_a_customer_waits_for()
    {
        const int Refunds = 200;
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(
            reservation,
            Payer.TakenAndBrokenCard
        );
        var mended = new TaskCompletionSource();
        System.Wire.Fault = async (request, send) =>
        {
            if (request.RequestUri!.AbsolutePath.EndsWith("/cancel", StringComparison.Ordinal))
                await mended.Task;
            return await send();
        };
        await System.ExecuteAsync(
            """
            INSERT INTO payments.payments (id, reservation_id, customer_id, amount, method, status,
                version, started_at, order_id, payment_key, reason, next_check_at, checks)
            SELECT -i, -i, $1, 1000, 'CARD', 'REFUND_REQUESTED', 3, clock.now(), 'many-' || i,
                'pk_many_' || i, 'gone', clock.now(), 0
            FROM generate_series(1, $2) AS i
            """,
            mina.CustomerId,
            Refunds
        );

        try
        {
            (await mina.ConfirmsAsync(payment, paymentKey)).PaymentStatus.ShouldBe("UNKNOWN");
            await mina.SeesAsync(payment, "COMPLETED");
            var waiting = await System.AskAsync<long>(
                "SELECT count(*) FROM payments.payments WHERE id < 0 AND asked_at IS NULL"
            );
            waiting.ShouldBePositive("refunds that were due before are not begun yet");
        }
        finally
        {
            await System.ExecuteAsync("DELETE FROM payments.payments WHERE id < 0");
            mended.SetResult();
        }
    }

    [Test]
    public async Task nothing_is_locked_while_the_provider_is_asked()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        var (asked, mended) = (new TaskCompletionSource(), new TaskCompletionSource());
        System.Wire.Fault = async (_, send) =>
        {
            asked.TrySetResult();
            await mended.Task;
            return await send();
        };
        var confirming = mina.ConfirmsAsync(payment, paymentKey, "key-1");
        await asked.Task;

        await NothingIsLockedAsync(payment, reservation);
        await System.ExecuteAsync(
            "UPDATE payments.payments SET next_check_at = clock.now() WHERE id = $1",
            payment
        );
        await Eventually.Until("the reconciler asks, too", () => HasClaimAsync(payment));
        await NothingIsLockedAsync(payment, reservation);
        mended.SetResult();
        System.Wire.Fault = null;

        (await confirming).PaymentStatus.ShouldBe("COMPLETED");
        var paid = System.EventsOfAsync(payment);
        (await paid).ShouldBe(["PAYMENT_STARTED:1", "PAYMENT_COMPLETED:2"]);
    }

    [Test]
    public async Task nothing_is_locked_while_the_provider_gives_money_back()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        await mina.ConfirmsAsync(payment, paymentKey);
        var (asked, mended) = (new TaskCompletionSource(), new TaskCompletionSource());
        System.Wire.Fault = async (_, send) =>
        {
            asked.TrySetResult();
            await mended.Task;
            return await send();
        };

        await System.ReceiveAsync(RefundTests.ConfirmationFailed(mina, reservation, payment));
        await asked.Task;

        await NothingIsLockedAsync(payment, reservation);
        mended.SetResult();
        System.Wire.Fault = null;
        await mina.SeesAsync(payment, "REFUNDED");
    }

    /// <summary>Both hosts look for work, and find what is not in hand.</summary>
    private static async Task OthersAreFinishedAsync(Payer payer)
    {
        for (var i = 0; i < 4; i++)
        {
            var reservation = await System.ReserveAsync(payer, 132_000);
            var (payment, paymentKey) = await payer.GoesToProviderAsync(
                reservation,
                Payer.TakenAndBrokenCard
            );
            (await payer.ConfirmsAsync(payment, paymentKey)).PaymentStatus.ShouldBe("UNKNOWN");
            await payer.SeesAsync(payment, "COMPLETED");
        }
    }

    private static async Task<bool> HasClaimAsync(long payment) =>
        await System.AskAsync<long>(
            """
            SELECT count(*) FROM payments.payments
            WHERE id = $1 AND claimed_until > clock.now()
            """,
            payment
        ) == 1;

    /// <summary>Somebody else may lock every row that a payment touches, without waiting.</summary>
    private static async Task NothingIsLockedAsync(long payment, long reservation)
    {
        await using var other = await System.BeginAsync(
            "SELECT FROM payments.payments WHERE id = $1 FOR UPDATE NOWAIT",
            payment
        );
        await other.ExecuteAsync(
            "SELECT FROM reservations_double WHERE id = $1 FOR UPDATE NOWAIT",
            reservation
        );
        await other.ExecuteAsync(
            "SELECT FROM payments.idempotency_keys WHERE subject = $1 FOR UPDATE NOWAIT",
            $"payment-{payment}"
        );
    }
}
