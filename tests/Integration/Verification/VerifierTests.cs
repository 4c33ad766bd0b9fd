using System.Net;

namespace ConcertReservation.Tests.Integration.Verification;

/// <summary>
/// The verifier on a real system: it accepts a correct sale, and sees what was tampered with.
/// </summary>
[Parallelizable]
internal sealed class VerifierTests
{
    private TestSystem _system = null!;

    [SetUp]
    public async Task Sell()
    {
        _system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        var concert = await Given.AConcert(seats: 4, ticketsPerCustomer: 2, system: _system);
        foreach (var seats in new[] { concert.Seats(1, 2), concert.Seats(3, 4) })
        {
            var buyer = await Given.ACustomer(_system);
            var held = await buyer.Holds(seats);
            var paid = await buyer.PaysByCard(held["reservationId"].GetInt64());
            paid.ShouldBe(HttpStatusCode.OK);
        }
    }

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task a_correct_sale_is_accepted_and_a_tampered_one_is_not()
    {
        var findings = await _system.VerifyAsync();
        findings.Single(f => f.Number == 11).Violations.ShouldBeEmpty();
        foreach (var finding in findings)
            finding.Violations.ShouldBeEmpty(finding.Told);
        findings.Single(f => f.Number == 2).Figures.ShouldContain(("live reservations", 2));

        await _system.Database.ExecuteAsync(
            "UPDATE data_platform.concert_totals SET revenue = revenue + 1"
        );
        await _system.Database.ExecuteAsync(
            """
            UPDATE reservations.seats SET state = 'free', reservation_id = NULL
            WHERE id = (SELECT min(id) FROM reservations.seats)
            """
        );

        (await _system.VerifyAsync())
            .Where(f => !f.Holds)
            .Select(f => f.Number)
            .ShouldBe([2, 5, 9]);
    }
}
