using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>
/// Customers, provider, clock, hosts and events in any order: however a history goes, it ends with
/// each seat sold once or free, and each won where it belongs.
/// </summary>
[Parallelizable]
internal sealed class SaleHistoryTests
{
    /// <summary>The seed of a run that is to be repeated.</summary>
    private const string SeedVariable = "HISTORIES_SEED";

    private const int ShortestSize = 30;
    private const int LongestSize = 70;

    /// <summary>Of a few tens, one run in fifteen has no refund of a card.</summary>
    private const int EnoughForEachEnd = 500;

    [OneTimeSetUp]
    public void Arm() => SuddenDeath.Arm();

    [OneTimeTearDown]
    public void Disarm() => SuddenDeath.Disarm();

    [TestCase(20, Speech.Toss)]
    [TestCase(20, Speech.Stripe)]
    [TestCase(600, Speech.Verdicts, Category = "Long,AnyKafka")]
    [TestCase(700, Speech.Toss, Category = "Long,AnyKafka")]
    [TestCase(700, Speech.Stripe, Category = "Long,AnyKafka")]
    public async Task every_history_ends_with_seats_and_money_where_they_belong(
        int histories,
        Speech speech
    )
    {
        await using var system = await HistorySystem.StartAsync(speech);

        Run(system, histories);

        foreach (var finding in await system.VerifyAsync())
            finding.Violations.ShouldBeEmpty(finding.Told);
        Tell(system);
        SuddenDeath.Dead.ShouldBePositive();
        string[] ends = histories < EnoughForEachEnd ? [] : ["COMPLETED", "FAILED", "REFUNDED"];
        foreach (var end in ends)
            system.Tally.ShouldContainKey($"payments CARD {end}");
    }

    [Test]
    [Category("Long")]
    [Category("AnyKafka")]
    public async Task a_seat_that_an_operator_took_from_a_payment_was_not_given_twice()
    {
        await using var system = await HistorySystem.StartAsync();

        await SaleHistory.RunAsync(
            system,
            [
                Plain(Act.Hold, 0),
                Plain(Act.PayByCard, 0),
                Plain(Act.Confirm, 0),
                Plain(Act.LosePin, 0),
                Plain(Act.Wait, 3),
                Plain(Act.Hold, 1),
            ]
        );

        system.LostPins.ShouldHaveSingleItem();
        foreach (var finding in await system.VerifyAsync())
            finding.Violations.ShouldBeEmpty(finding.Told);

        static Step Plain(Act act, int which) => new(act, 0, which, Manner.Answers, Dies: 0);
    }

    [Category("Long")]
    [Category("AnyKafka")]
    [TestCaseSource(nameof(WaysToSpoil))]
    public async Task a_sale_that_is_made_wrong_is_found_out(string way)
    {
        await using var system = await HistorySystem.StartAsync(spoil: Spoiled.Ways[way]);

        var found = Should.Throw<Exception>(() => Run(system, histories: 2_000));

        found.Message.ShouldContain("from here on all is well");
        TestContext.Progress.WriteLine($"{way}: {found.Message}");
    }

    public static IEnumerable<string> WaysToSpoil() => Spoiled.Ways.Keys;

    private static void Run(HistorySystem system, int histories)
    {
        var seed = Seed();
        TestContext.Progress.WriteLine(
            $"{histories} histories of the seed {seed}; {SeedVariable} repeats them"
        );
        Check.One(
            Config
                .QuickThrowOnFailure.WithMaxTest(histories)
                .WithStartSize(ShortestSize)
                .WithEndSize(LongestSize)
                .WithReplay(new Replay(new Rnd(seed), null)),
            Prop.ForAll(
                Step.Histories,
                steps => SaleHistory.RunAsync(system, steps).GetAwaiter().GetResult()
            )
        );
    }

    private static ulong Seed() =>
        Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } given
            ? ulong.Parse(given, CultureInfo.InvariantCulture)
            : (ulong)Random.Shared.NextInt64();

    private static void Tell(HistorySystem system)
    {
        foreach (var (what, count) in system.Tally)
            TestContext.Progress.WriteLine($"{count, 8} {what}");
        foreach (var (point, count) in SuddenDeath.Deaths)
            TestContext.Progress.WriteLine($"{count, 8} died at {point}");
    }
}
