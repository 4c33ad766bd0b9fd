using System.Globalization;
using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Soak;

/// <summary>
/// A sale after the other while anything may break, in an order that nobody wrote down; then it
/// heals, drains and is checked. <c>./test Faults --minutes N --seed S</c> runs N rounds, each
/// a minute of faults; a round is repeated by its seed.
/// </summary>
[Category("Long")]
internal sealed class SoakTests
{
    private const int Customers = 20;
    private const int UsualSeed = 1;

    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    /// <summary>Of a sale that began in the midst of it all, with its encore.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private SoakSystem _soak = null!;

    /// <summary>Of each round its own.</summary>
    public static IEnumerable<int> Seeds()
    {
        var first = Asked("SOAK_SEED") ?? UsualSeed;
        return Enumerable.Range(first, Asked("SOAK_MINUTES") ?? 1);
    }

    [OneTimeSetUp]
    public async Task Start()
    {
        if ((Asked("SOAK_MINUTES") ?? Asked("SOAK_SEED")) is null)
            Assert.Ignore("It takes as long as one likes: ./test Faults --minutes N --seed S");
        _soak = await SoakSystem.StartAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_soak is null)
            return;

        foreach (var (what, count) in _soak.Tally.Counts)
            TestContext.Progress.WriteLine($"{count, 8} {what}");
        await _soak.DisposeAsync();
    }

    [TestCaseSource(nameof(Seeds))]
    public async Task whatever_breaks_in_whatever_order_nothing_is_lost(int seed)
    {
        var schedule = Fault.Schedule(seed, Round);
        TestContext.Progress.WriteLine($"--minutes 1 --seed {seed} repeats this round:");
        foreach (var fault in schedule.SelectMany(lane => lane))
            TestContext.Progress.WriteLine($"    {fault}");

        using var enough = new CancellationTokenSource();
        var sales = SellAsync(seed, enough.Token);
        await Task.WhenAll(schedule.Select(SufferAsync));
        await enough.CancelAsync();
        await _soak.HealAsync();
        await sales;
        await _soak.VerifyAsync();
    }

    private async Task SufferAsync(IReadOnlyList<Fault> lane)
    {
        foreach (var fault in lane)
            await _soak.SufferAsync(fault);
    }

    private async Task SellAsync(int seed, CancellationToken enough)
    {
        for (var sale = 0; !enough.IsCancellationRequested; sale++)
        {
            var crowd = await Crowd.GatherAsync(
                _soak.Stage,
                Customers,
                seed + (1_000 * sale),
                Temper.Wild
            );
            crowd.StartBuying();
            await crowd.WaitUntilOverAsync(Patience);
        }
    }

    private static int? Asked(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : null;
}
