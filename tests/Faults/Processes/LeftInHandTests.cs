using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// What a host had taken when it died comes to its end without anybody's help: here no time is
/// skipped before all has to be at rest.
/// </summary>
[Category("Long")]
[Category("AnyKafka")]
internal sealed class LeftInHandTests
{
    /// <summary>The host is up again by then, and what was taken is still not free.</summary>
    private const int NotAtOnceMs = 1_000;

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task a_mail_and_a_payment_in_the_hand_of_a_dead_host_end_within_the_bound()
    {
        var (host, wire) = await _system.StartWiredHostAsync();
        var crowd = await Crowd.GatherAsync(_system, customers: 5);
        await Eventually.Until("all are welcome", async () => await PendingAsync() == 0);

        var unrecorded = wire.StopAt("SET state = 'sent'", Withheld.Statement);
        var payment = await crowd.StartCardPaymentAsync(customer: 0, Provider.SilentCard);
        await unrecorded.WaitAsync();
        var confirming = payment.ConfirmAsync();
        await Eventually.Until(
            "the provider has taken the money, and does not say so",
            () =>
                _system.Provider.ConfirmationsUnderWay == 1
                && _system.Provider.StatusOf(payment.Key) == "DONE"
        );
        host.Kill();
        unrecorded.Lose();
        (await TakenMailsAsync()).ShouldBePositive();
        (await TakenPaymentsAsync()).ShouldBe(1);

        host.Start();
        await host.WaitUntilReadyAsync();
        await confirming;
        var left = await MillisecondsLeftAsync();
        var findings = await _system.VerifyAsync();
        // On a machine that starts hosts slowly it is free before anybody looks.
        if (left > 2 * NotAtOnceMs)
        {
            findings
                .Of(11, "milliseconds until nothing was under way")
                .ShouldBeGreaterThan(NotAtOnceMs);
        }

        (await PendingAsync()).ShouldBe(0);
        var ended = await payment.Customer.GetAsync($"/api/payments/{payment.Id}");
        ended.ShouldSucceed().Word("status").ShouldBe("COMPLETED");
    }

    private Task<long> PendingAsync() =>
        _system.Database.ScalarAsync<long>(
            "SELECT count(*) FROM notifications.mails WHERE state = 'pending'"
        );

    /// <summary>Those that no other host may take yet.</summary>
    private Task<long> TakenMailsAsync() =>
        _system.Database.ScalarAsync<long>(
            """
            SELECT count(*) FROM notifications.mails
            WHERE state = 'pending' AND attempts > 0 AND next_attempt_at > clock.now()
            """
        );

    /// <summary>Until the last of them is free.</summary>
    private Task<double> MillisecondsLeftAsync() =>
        _system.Database.ScalarAsync<double>(
            """
            SELECT coalesce(1000 * extract(epoch FROM max(next_attempt_at) - clock.now()), 0)
                ::float8
            FROM notifications.mails WHERE state = 'pending' AND attempts > 0
            """
        );

    private Task<long> TakenPaymentsAsync() =>
        _system.Database.ScalarAsync<long>(
            """
            SELECT count(*) FROM payments.payments
            WHERE upper(status) = 'STARTED' AND payment_key IS NOT NULL
                AND next_check_at > clock.now()
            """
        );
}
