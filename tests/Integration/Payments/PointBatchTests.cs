using System.Net;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Payments;
using ConcertReservation.Tests.Integration.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>Payments by points that are in the writer's queue together.</summary>
[TestFixture]
internal sealed class PointBatchTests
{
    private const long Price = 50_000;

    private ModuleHost _host = null!;

    private static PaymentsSystem System => PaymentsFixture.System;

    private PointsWriter Writer => _host.Services.GetRequiredService<PointsWriter>();

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _host = await System.StartHostAsync(("Payments:PointLockTimeoutMilliseconds", "10000"));

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task those_that_wait_together_are_paid_in_one_transaction()
    {
        var orders = new List<PointOrder>();
        for (var i = 0; i < 20; i++)
            orders.Add(await AnOrderAsync());

        var answers = await TogetherAsync(orders);

        answers.ShouldAllBe(a => a!.Status == (int)HttpStatusCode.Created && !a.Replayed);
        (
            await System.AskAsync<long>(
                """
                SELECT count(DISTINCT xmin::text) FROM payments.payments
                WHERE customer_id = ANY ($1)
                """,
                orders.Select(o => o.CustomerId).ToArray()
            )
        ).ShouldBe(1);
        foreach (var order in orders)
            await IsPaidOnceAsync(order);
    }

    [Test]
    public async Task what_is_not_plain_is_handed_back_and_its_neighbours_are_paid()
    {
        var known = await AnOrderAsync();
        (await TogetherAsync([known])).ShouldAllBe(a => a!.Status == (int)HttpStatusCode.Created);
        var poor = await AnOrderAsync(balance: Price - 1);
        var lapsed = await AnOrderAsync(status: "EXPIRED");
        var card = await AnOrderAsync();
        await PayerOf(card).PaysAsync(card.ReservationId, "CARD");
        var plain = await AnOrderAsync();
        var foreign = await AnOrderAsync() with { ReservationId = plain.ReservationId };
        var unknown = await AnOrderAsync() with { ReservationId = long.MaxValue };
        var second = plain with { Scope = plain.Scope with { Key = "another" } };
        var last = await AnOrderAsync();

        var answers = await TogetherAsync([
            known,
            poor,
            lapsed,
            card,
            foreign,
            unknown,
            plain,
            second,
            last,
        ]);

        answers
            .Select(a => a?.Status)
            .ShouldBe([null, null, null, null, null, null, 201, null, 201]);
        await IsPaidOnceAsync(plain);
        await IsPaidOnceAsync(last);
        foreach (var order in new[] { poor, lapsed, foreign, unknown })
            (await PayerOf(order).BalanceAsync()).ShouldBe(order == poor ? Price - 1 : Price);
    }

    [Test]
    public async Task a_wallet_that_is_emptied_meanwhile_takes_no_seat_of_its_neighbours()
    {
        var emptied = await AnOrderAsync();
        var neighbour = await AnOrderAsync();
        await using var other = await System.BeginAsync(
            "UPDATE payments.wallets SET balance = 0 WHERE customer_id = $1",
            emptied.CustomerId
        );

        // Both balances reach while they are looked at, and the wallets are locked after that.
        var together = TogetherAsync([emptied, neighbour]);
        await Eventually.Until("the batch waits", () => System.IsWaitedForAsync(other));
        await other.CommitAsync();

        (await together).Select(a => a?.Status).ShouldBe([null, 201]);
        await IsPaidOnceAsync(neighbour);
        (await PayerOf(emptied).PaysAsync(emptied.ReservationId, "POINT")).Problem.ShouldBe(
            "insufficient-balance"
        );
    }

    [Test]
    public async Task a_lock_that_does_not_go_holds_up_nobody_else()
    {
        var stuck = System.NewPayer();
        await stuck.ChargesAsync(Price);
        var held = await System.ReserveAsync(stuck, Price);
        await using var other = await System.BeginAsync(
            "SELECT FROM payments.wallets WHERE customer_id = $1 FOR UPDATE",
            stuck.CustomerId
        );
        var waiting = stuck.PaysAsync(held, "POINT");
        await Eventually.Until("it waits", () => System.IsWaitedForAsync(other));

        var mina = System.NewPayer();
        await mina.ChargesAsync(Price);
        var paid = await mina.PaysAsync(await System.ReserveAsync(mina, Price), "POINT");

        paid.Status.ShouldBe(HttpStatusCode.Created, paid.Text);
        waiting.IsCompleted.ShouldBeFalse();
        await other.CommitAsync();
        (await waiting).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Test]
    public async Task a_full_queue_answers_that_it_is_full()
    {
        await using var small = await System.StartHostAsync(
            ("Payments:PointQueueCapacity", "1"),
            ("Payments:PointBatchSize", "1"),
            ("Payments:PointLockTimeoutMilliseconds", "10000")
        );
        var writer = small.Services.GetRequiredService<PointsWriter>();
        var first = await AnOrderAsync();
        var second = await AnOrderAsync();
        var third = await AnOrderAsync();
        await using (var other = await LockWalletAsync(first))
        {
            writer.TryEnqueue(first, out var one).ShouldBeTrue();
            await Eventually.Until("the first waits", () => System.IsWaitedForAsync(other));
            writer.TryEnqueue(second, out var two).ShouldBeTrue();

            var full = await System
                .At(third.CustomerId, small)
                .PaysAsync(third.ReservationId, "POINT");

            full.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            full.Problem.ShouldBe("overloaded");
            await other.CommitAsync();
            (await Task.WhenAll(one!, two!)).ShouldAllBe(a => a!.Status == 201);
        }

        (await PayerOf(third).BalanceAsync()).ShouldBe(Price);
    }

    [Test]
    public async Task who_was_let_in_gets_an_answer_from_a_host_that_stops()
    {
        var host = await System.StartHostAsync(("Payments:PointLockTimeoutMilliseconds", "10000"));
        var order = await AnOrderAsync();
        await using var other = await LockWalletAsync(order);
        host.Services.GetRequiredService<PointsWriter>()
            .TryEnqueue(order, out var answer)
            .ShouldBeTrue();
        await Eventually.Until("it waits", () => System.IsWaitedForAsync(other));

        var stopping = host.DisposeAsync().AsTask();
        await other.CommitAsync();
        await stopping;

        (await answer!)!.Status.ShouldBe(201);
        await IsPaidOnceAsync(order);
    }

    /// <summary>They come while one before them waits, and so they are one batch.</summary>
    private async Task<IReadOnlyList<RecordedAnswer?>> TogetherAsync(List<PointOrder> orders)
    {
        var gate = await AnOrderAsync();
        await using var other = await LockWalletAsync(gate);
        Writer.TryEnqueue(gate, out var first).ShouldBeTrue();
        await Eventually.Until("the one before waits", () => System.IsWaitedForAsync(other));
        var answers = orders.ConvertAll(order =>
        {
            Writer.TryEnqueue(order, out var answer).ShouldBeTrue();
            return answer!;
        });
        await other.CommitAsync();
        (await first!)!.Status.ShouldBe(201);
        return await Task.WhenAll(answers);
    }

    private static Task<OpenTransaction> LockWalletAsync(PointOrder order) =>
        System.BeginAsync(
            "SELECT FROM payments.wallets WHERE customer_id = $1 FOR UPDATE",
            order.CustomerId
        );

    private static async Task<PointOrder> AnOrderAsync(long balance = Price, string status = "HELD")
    {
        var payer = System.NewPayer();
        await payer.ChargesAsync(balance);
        return new PointOrder(
            new IdempotencyScope(payer.CustomerId, "start-payment", $"{Guid.NewGuid()}"),
            new byte[32],
            await System.ReserveAsync(payer, Price, status),
            TraceParent: null
        );
    }

    private static Payer PayerOf(PointOrder order) => System.PayerOf(order.CustomerId);

    private static async Task IsPaidOnceAsync(PointOrder order)
    {
        var payment = await System.AskAsync<long>(
            "SELECT id FROM payments.payments WHERE reservation_id = $1",
            order.ReservationId
        );
        (await System.EventsOfAsync(payment)).ShouldBe([
            "PAYMENT_STARTED:1",
            "PAYMENT_COMPLETED:2",
        ]);
        (await PayerOf(order).LooksAtAsync(payment)).PaymentStatus.ShouldBe("COMPLETED");
        (await PayerOf(order).BalanceAsync()).ShouldBe(0);
        (
            await System.AskAsync<long>(
                "SELECT pinned_by FROM reservations_double WHERE id = $1",
                order.ReservationId
            )
        ).ShouldBe(payment);
    }
}
