namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>Transactions that get in each other's way.</summary>
[TestFixture]
internal sealed class LockTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [Test]
    public async Task two_that_lock_the_same_payments_crosswise_both_succeed()
    {
        var mina = System.NewPayer();
        var (first, second) = (await StartAsync(mina), await StartAsync(mina));
        var firstIsLocked = new TaskCompletionSource();
        var secondIsLocked = new TaskCompletionSource();

        await Task.WhenAll(
            LockAsync(first, firstIsLocked, second, secondIsLocked.Task),
            LockAsync(second, secondIsLocked, first, firstIsLocked.Task)
        );

        (await System.EventsOfAsync(first)).ShouldBe(["PAYMENT_STARTED:1"]);
    }

    [Test]
    public async Task a_batch_locks_payments_in_the_order_of_their_ids_not_of_its_events()
    {
        var mina = System.NewPayer();
        var reservations = new List<long>();
        for (var i = 0; i < 2; i++)
            reservations.Add(await System.ReserveAsync(mina, 1_000));
        var payments = new List<long>();
        foreach (var reservation in reservations)
            payments.Add((await mina.PaysAsync(reservation, "CARD")).PaymentId);
        await using var other = await System.BeginAsync(
            "SELECT FROM payments.payments WHERE id = $1 FOR UPDATE",
            payments[0]
        );

        var batch = System.ReceiveAsync(
            RefundTests.Expired(mina, reservations[1]),
            RefundTests.Expired(mina, reservations[0])
        );
        await Eventually.Until("it waits for the first", () => System.IsWaitedForAsync(other));

        await other.ExecuteAsync(
            "SELECT FROM payments.payments WHERE id = $1 FOR UPDATE NOWAIT",
            payments[1]
        );
        await other.CommitAsync();
        await batch;
        await mina.SeesAsync(payments[0], "FAILED");
        await mina.SeesAsync(payments[1], "FAILED");
    }

    private static async Task<long> StartAsync(Payer payer) =>
        (await payer.PaysAsync(await System.ReserveAsync(payer, 1_000), "CARD")).PaymentId;

    private static Task LockAsync(
        long mine,
        TaskCompletionSource mineIsLocked,
        long other,
        Task otherIsLocked
    ) =>
        System.InUnitOfWorkAsync(async db =>
        {
            (await db.LockPaymentAsync(mine, CancellationToken.None)).ShouldNotBeNull();
            mineIsLocked.TrySetResult();
            await otherIsLocked;
            (await db.LockPaymentAsync(other, CancellationToken.None)).ShouldNotBeNull();
        });
}
