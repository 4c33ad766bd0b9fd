using ConcertReservation.Demo;
using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>Everybody wants the same seat at once.</summary>
[Category("Long")]
[Category("AnyKafka")]
internal sealed class OneSeatTests
{
    private const int Customers = 1_000;
    private const int SignUpsAtOnce = 32;

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task of_a_thousand_customers_at_one_seat_of_two_hosts_one_gets_it()
    {
        await _system.StartHostAsync();
        await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, customers: 5);
        var clients = Enumerable.Range(1_000, Customers).Select(n => new Client(_system, n));
        IReadOnlyList<Client> customers = [.. clients];
        await Parallel.ForEachAsync(
            customers,
            new ParallelOptions { MaxDegreeOfParallelism = SignUpsAtOnce },
            async (customer, _) => await customer.SignUpAsync()
        );
        var shown = await customers[0].GetAsync($"/api/concerts/{crowd.ConcertId}/seats");
        var seat = SeatMap
            .From(shown.ShouldSucceed().Json)
            .Choose(wanted: 1, favouriteSection: 0, new Random(1));

        var answers = await Task.WhenAll(customers.Select(c => c.HoldAsync(crowd.ConcertId, seat)));

        var (index, held) = answers.Index().Single(a => a.Item.IsSuccess);
        answers
            .Where((_, n) => n != index)
            .ShouldAllBe(a => a.Problem == "seat-taken", "the others hear who was faster");
        var winner = customers[index];
        (await winner.ChargeAsync(held.Number("totalAmount"))).ShouldSucceed();
        var paid = await winner.PayAsync(held.Number("reservationId"), "POINT");
        paid.ShouldSucceed().Word("status").ShouldBe("COMPLETED");
        await Eventually.Until("it is sold", async () => await crowd.SoldAsync() == 1);
        await _system.OutwaitLeasesAsync();
        var findings = await _system.VerifyAsync();
        findings.Of(3, "holds answered 201").ShouldBe(1);
        findings.Of(3, "holds refused").ShouldBeGreaterThanOrEqualTo(Customers - 1);
    }
}
