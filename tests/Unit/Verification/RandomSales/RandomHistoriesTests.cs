using ConcertReservation.Contracts;
using ConcertReservation.Verification.Invariants;
using FsCheck;
using FsCheck.Fluent;

namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

/// <summary>
/// The checkers against sales that nobody wrote down: however one goes, they accept it; and what
/// breaks one rule in it, the checker of that rule rejects.
/// </summary>
internal sealed class RandomHistoriesTests
{
    private const int Sales = 200;

    /// <summary>Each of which is broken in every way.</summary>
    private const int BrokenSales = 40;

    /// <summary>A violation, 40 things and what is left out between them.</summary>
    private const int LongestStory = 42;

    private static readonly Config Config = Config
        .QuickThrowOnFailure.WithStartSize(20)
        .WithEndSize(150);

    [Test]
    public void every_valid_history_is_accepted_by_every_checker()
    {
        var ends = new HashSet<string>(StringComparer.Ordinal);
        Check.One(
            Config.WithMaxTest(Sales),
            Prop.ForAll(
                Step.Sales,
                sale =>
                {
                    var history = RandomSale.Of(sale);
                    foreach (var finding in All.Check(history))
                    {
                        finding.Violations.ShouldBeEmpty(finding.Told);
                        finding.Shortest.ShouldBeEmpty();
                    }

                    ends.UnionWith(history.Outbox.Select(r => r.Event.EventType));
                    ends.UnionWith(history.Payments.Select(p => $"{p.Method} {p.Status}"));
                    ends.UnionWith(history.Reservations.Select(r => r.Status));
                }
            )
        );

        // Else they would be no proof of much.
        foreach (var type in EventCatalogue.ByName.Keys)
            if (type != "CONCERT_CHANGED")
                ends.ShouldContain(type);
        foreach (var end in new[] { "HELD", "CONFIRMED", "EXPIRED", "CANCELLED" })
            ends.ShouldContain(end);
        foreach (var end in new[] { "CARD FAILED", "CARD REFUNDED", "POINT REFUNDED" })
            ends.ShouldContain(end);
    }

    [Test]
    public void whatever_is_wrong_in_it_is_found_by_its_checker_and_shown()
    {
        var found = new SortedDictionary<string, int>(StringComparer.Ordinal);
        Check.One(
            Config.WithMaxTest(BrokenSales),
            Prop.ForAll(
                Step.Sales,
                sale =>
                {
                    var history = RandomSale.Of(sale);
                    var random = new System.Random(sale.Seed);
                    foreach (var (number, what, breach) in Doctor.Breaches)
                    {
                        if (breach(history, random) is not { } doctored)
                            continue;

                        var finding = All.Check(doctored, number);
                        finding.Holds.ShouldBeFalse($"{number} {what}");
                        finding.Shortest.Count.ShouldBeInRange(2, LongestStory, finding.Told);
                        found[what] = found.GetValueOrDefault(what) + 1;
                    }
                }
            )
        );

        found.Keys.ShouldBe(Doctor.Breaches.Select(b => b.What), ignoreOrder: true);
        TestContext.Out.WriteLine(string.Join('\n', found.Select(f => $"{f.Value} {f.Key}")));
    }

    [Test]
    public void of_every_invariant_there_are_two_breaches() =>
        Doctor
            .Breaches.GroupBy(b => b.Number)
            .ShouldAllBe(n => n.Count() >= 2 && n.Key >= 1 && n.Key <= 13);
}
