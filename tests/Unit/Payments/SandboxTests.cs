using ConcertReservation.PaymentSandbox;

namespace ConcertReservation.Tests.Unit.Payments;

[TestFixture]
internal sealed class SandboxTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void a_confirmation_takes_the_money_once_and_a_repeat_hears_the_same()
    {
        var payment = Confirm(InProgress("4242424242424242"), "order-1").ShouldNotBeNull();

        payment.Status.ShouldBe(CardPayment.Done);
        Confirm(payment, "order-1").ShouldBeNull();
        Confirm(payment, "another-key").ShouldBeNull();
    }

    [TestCase("4000000000009995")]
    [TestCase("4000000000009979")]
    public void a_declined_card_ends_the_payment(string card) =>
        Confirm(InProgress(card), "order-1").ShouldNotBeNull().Status.ShouldBe(CardPayment.Aborted);

    [Test]
    public void another_amount_or_order_changes_nothing()
    {
        var payment = InProgress("4242424242424242");

        ConfirmCardPayment
            .Decide(payment, new(payment.PaymentKey, payment.OrderId, 1), "key", Noon)
            .Changed.ShouldBeNull();
        ConfirmCardPayment
            .Decide(payment, new(payment.PaymentKey, "order-2", payment.Amount), "key", Noon)
            .Changed.ShouldBeNull();
    }

    [Test]
    public void an_internal_error_comes_once_and_before_anything_happened()
    {
        var first = Confirm(InProgress("4000000000000119"), "order-1").ShouldNotBeNull();

        first.Status.ShouldBe(CardPayment.InProgress);
        Confirm(first, "order-1").ShouldNotBeNull().Status.ShouldBe(CardPayment.Done);
    }

    [Test]
    public void refunds_of_one_card_fail_twice_and_then_work()
    {
        var payment = Confirm(InProgress("4000000000005126"), "order-1").ShouldNotBeNull();

        payment = Cancel(payment).ShouldNotBeNull();
        payment = Cancel(payment).ShouldNotBeNull();
        payment.Status.ShouldBe(CardPayment.Done);
        payment = Cancel(payment).ShouldNotBeNull();

        payment.Status.ShouldBe(CardPayment.Canceled);
        Cancel(payment).ShouldBeNull();
    }

    [TestCase(132_001)]
    [TestCase(0)]
    [TestCase(-132_000)]
    [TestCase(long.MaxValue)]
    public void no_more_than_the_payment_is_given_back(long amount)
    {
        var payment = Confirm(InProgress("4242424242424242"), "order-1").ShouldNotBeNull();

        CancelCardPayment
            .Decide(payment, new("given back", amount), "order-1-refund")
            .Changed.ShouldBeNull();
    }

    [Test]
    public void parts_go_back_once_each_until_nothing_is_left()
    {
        var payment = Confirm(InProgress("4242424242424242"), "order-1").ShouldNotBeNull();

        payment = Cancel(payment, 50_000, "part-1").ShouldNotBeNull();
        (payment.Status, payment.Balance).ShouldBe((CardPayment.PartialCanceled, 82_000L));
        Cancel(payment, 50_000, "part-1").ShouldBeNull();
        Cancel(payment, 82_001, "part-2").ShouldBeNull();
        Cancel(payment).ShouldBeNull();
        payment = Cancel(payment, 82_000, "part-2").ShouldNotBeNull();

        (payment.Status, payment.Balance).ShouldBe((CardPayment.Canceled, 0L));
        Cancel(payment, 1, "part-3").ShouldBeNull();
    }

    [Test]
    public void a_transfer_that_is_still_waited_for_is_cancelled_as_a_whole()
    {
        var payment = Confirm(InProgress("4000000000000556"), "order-1").ShouldNotBeNull();

        Cancel(payment, 50_000).ShouldBeNull();
        Cancel(payment).ShouldNotBeNull().Status.ShouldBe(CardPayment.Canceled);
    }

    [TestCase(0, false)]
    [TestCase(1, true)]
    [TestCase(200, true)]
    [TestCase(201, false)]
    public void a_reason_has_no_more_characters_than_at_toss_payments(int length, bool isGivenBack)
    {
        var payment = Confirm(InProgress("4242424242424242"), "order-1").ShouldNotBeNull();

        var changed = CancelCardPayment
            .Decide(payment, new(new string('a', length)), "order-1-refund")
            .Changed;

        (changed is not null).ShouldBe(isGivenBack);
    }

    [Test]
    public void webhooks_come_as_their_card_says()
    {
        var done = InProgress("4242424242424242") with { Status = CardPayment.Done };
        CardPayment With(string card, string status) =>
            done with
            {
                CardNumber = card,
                Status = status,
            };

        Statuses(null, done).ShouldBe([CardPayment.Done]);
        Statuses(null, With("4000000000005423", CardPayment.Done)).Count().ShouldBe(3);
        Webhooks.Plan(null, With("4000000000001976", CardPayment.Done)).IsLate.ShouldBeTrue();
        var unordered = With("4000000000006975", CardPayment.InProgress);
        Statuses(null, unordered).ShouldBeEmpty();
        Statuses(unordered, With("4000000000006975", CardPayment.Done))
            .ShouldBe([CardPayment.Done, CardPayment.InProgress]);

        static IEnumerable<string> Statuses(CardPayment? before, CardPayment now) =>
            Webhooks.Plan(before, now).Notices.Select(n => n.Status);
    }

    [TestCase("4000000000002230", true)]
    [TestCase("4000000000002685", false)]
    public void while_one_try_is_worked_on_others_change_nothing(string card, bool isSeen)
    {
        var workedOn = Confirm(InProgress(card), "order-1").ShouldNotBeNull();

        (workedOn.Status, workedOn.IsWorkedOn).ShouldBe((CardPayment.InProgress, true));
        workedOn.IsSeen.ShouldBe(isSeen);
        Confirm(workedOn, "order-1-again").ShouldBeNull();
        (workedOn with { Status = CardPayment.Done }).IsSeen.ShouldBeTrue();
    }

    [Test]
    public void of_an_order_the_payment_with_its_money_counts_else_the_one_begun_last()
    {
        using var ledger = new Ledger("");
        var first = InProgress("4242424242424242");
        var second = first with { PaymentKey = "pk_2" };
        ledger.Add(first);
        ledger.Add(second);
        ledger.Add(first with { Attempts = 1 });
        ledger.FindByOrder("order-1").ShouldBe(second);

        var paid = first with { Status = CardPayment.Done };
        ledger.Add(paid);
        ledger.Add(second with { Attempts = 1 });

        ledger.FindByOrder("order-1").ShouldBe(paid);
    }

    [Test]
    public void what_was_not_taken_cannot_be_given_back() =>
        Cancel(InProgress("4242424242424242")).ShouldBeNull();

    [Test]
    public void a_payment_that_is_not_confirmed_in_time_expires()
    {
        var payment = InProgress("4242424242424242");
        var limit = TimeSpan.FromMinutes(15);

        payment.AsOf(Noon.AddMinutes(15), limit).Status.ShouldBe(CardPayment.InProgress);
        Confirm(payment.AsOf(Noon.AddMinutes(16), limit), "order-1").ShouldBeNull();
    }

    [Test]
    public void a_restarted_sandbox_knows_its_payments_and_forgets_a_line_that_was_cut_off()
    {
        var directory = Path.Combine(TestContext.CurrentContext.WorkDirectory, "sandbox-ledger");
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        var payment = InProgress("4242424242424242");
        using (var ledger = new Ledger(directory))
        {
            ledger.Add(payment);
            ledger.Add(payment with { Status = CardPayment.Done });
        }

        var file = Path.Combine(directory, "payments.jsonl");
        File.AppendAllText(file, "{\"PaymentKey\":\"pk_2\",\"Ord");

        using (var ledger = new Ledger(directory))
            ledger.FindByOrder("order-1").ShouldNotBeNull().Status.ShouldBe(CardPayment.Done);
        File.ReadAllText(file).ShouldEndWith("}\n");
    }

    private static CardPayment InProgress(string card) =>
        new("pk_1", "order-1", 132_000, card, CardPayment.InProgress, Noon);

    private static CardPayment? Confirm(CardPayment payment, string idempotencyKey) =>
        ConfirmCardPayment
            .Decide(
                payment,
                new(payment.PaymentKey, payment.OrderId, payment.Amount),
                idempotencyKey,
                Noon
            )
            .Changed;

    private static CardPayment? Cancel(
        CardPayment payment,
        long? amount = null,
        string idempotencyKey = "order-1-refund"
    ) => CancelCardPayment.Decide(payment, new("given back", amount), idempotencyKey).Changed;
}
