using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>Records that are no events come into every topic in the midst of a sale.</summary>
[Category("Long")]
[Category("AnyKafka")]
internal sealed class PoisonedSaleTests
{
    private const int Customers = 60;

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task poison_in_every_topic_is_set_aside_by_each_group_and_the_sale_goes_on()
    {
        await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 8);

        var letters = await Poison.PourAsync(_system.Kafka);
        (await crowd.SoldAsync()).ShouldBeLessThan(crowd.Seats);
        await crowd.WaitUntilSoldOutAsync();
        await Eventually.Becomes(
            $"there are {letters} dead letters",
            LettersAsync,
            count => count == letters
        );

        await _system.OutwaitLeasesAsync();
        var findings = await _system.VerifyAsync();
        findings.Of(10, "dead letters").ShouldBe(letters);
        findings.Of(10, "records that are no events").ShouldBePositive();
    }

    private Task<long> LettersAsync() =>
        _system.Database.ScalarAsync<long>("SELECT count(*) FROM messaging.dead_letters");
}
