using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>A host that dies while the payment provider is being asked to take the money.</summary>
[Category("Long")]
internal sealed class KilledPaymentTests
{
    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task a_payment_whose_host_died_is_finished_and_the_money_taken_once()
    {
        var host = await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, customers: 5);
        var slow = await crowd.StartCardPaymentAsync(customer: 0, Provider.SlowCard);
        var silent = await crowd.StartCardPaymentAsync(customer: 1, Provider.SilentCard);

        var confirming = new[] { slow, silent }.Select(p => p.ConfirmAsync()).ToList();
        await Eventually.Until(
            "the provider is being asked for both, and has taken one",
            () =>
                _system.Provider.ConfirmationsUnderWay == 2
                && _system.Provider.StatusOf(silent.Key) == "DONE"
        );
        host.Kill();
        _system.Provider.StatusOf(slow.Key).ShouldBe("IN_PROGRESS");
        (await StatusesAsync()).ShouldBe(["STARTED", "STARTED"]);

        host.Start();
        await host.WaitUntilReadyAsync();
        await Task.WhenAll(confirming);
        await _system.OutwaitLeasesAsync();
        await Eventually.Until(
            "both payments are completed",
            async () => (await StatusesAsync()).All(s => s == "COMPLETED")
        );

        await _system.VerifyAsync();
        foreach (var payment in new[] { slow, silent })
        {
            _system.Provider.StatusOf(payment.Key).ShouldBe("DONE");
            var reservation = await payment.Customer.GetAsync(
                $"/api/reservations/{payment.ReservationId}"
            );
            reservation.ShouldSucceed().Word("status").ShouldBe("CONFIRMED");
        }
    }

    private Task<IReadOnlyList<string>> StatusesAsync() =>
        _system.Database.ReadAsync<string>("SELECT upper(status) FROM payments.payments");
}
