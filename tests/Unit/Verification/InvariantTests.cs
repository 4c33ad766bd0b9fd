using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using ConcertReservation.Verification.Invariants;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>
/// Correct histories are accepted; of each invariant, doctored ones are rejected by its checker.
/// </summary>
internal sealed class InvariantTests
{
    [Test]
    public void a_correct_history_is_accepted_by_every_checker()
    {
        foreach (var finding in All.Check(History()))
        {
            finding.Violations.ShouldBeEmpty($"{finding.Number} {finding.Invariant}");
            finding.Notes.ShouldBeEmpty();
            finding.Figures.ShouldNotBeEmpty();
        }
    }

    [TestCaseSource(typeof(DoctoredHistories), nameof(DoctoredHistories.All))]
    public void a_doctored_history_is_rejected(int number, History doctored)
    {
        var finding = All.Check(doctored).Single(f => f.Number == number);

        finding.Holds.ShouldBeFalse();
        finding.Violations.ShouldNotBeEmpty();
    }

    /// <summary>Redis that has forgotten everything has no history.</summary>
    [TestCaseSource(typeof(DoctoredHistories), nameof(DoctoredHistories.All))]
    public void what_is_rejected_is_shown_by_a_short_history(int number, History doctored)
    {
        var finding = All.Check(doctored).Single(f => f.Number == number);

        if (doctored.Rankings is null)
            finding.Shortest.ShouldBeEmpty();
        else
            finding.Shortest.Count.ShouldBeInRange(2, 30, finding.Told);
    }

    [TestCaseSource(typeof(UnusualHistories), nameof(UnusualHistories.All))]
    public void an_unusual_but_correct_history_is_accepted(int[] numbers, History unusual)
    {
        foreach (var finding in All.Check(unusual).Where(f => numbers.Contains(f.Number)))
            finding.Violations.ShouldBeEmpty($"{finding.Number} {finding.Invariant}");
    }

    [Test]
    public void every_invariant_has_two_doctored_histories()
    {
        var doctored = DoctoredHistories.All().ToLookup(c => (int)c.Arguments[0]!);

        for (var number = 1; number <= 13; number++)
            doctored[number].Count().ShouldBeGreaterThanOrEqualTo(2, $"invariant {number}");
    }

    [TestCase(1)]
    [TestCase(12)]
    public void topics_may_have_other_numbers_of_partitions_than_the_contract_s(int partitions)
    {
        var topics = Topics.Partitions.Keys.ToDictionary(t => t, _ => partitions);

        All.Check(History(topics)).ShouldAllBe(f => f.Holds);
    }

    [Test]
    public void an_event_in_another_partition_than_its_key_s_is_rejected()
    {
        var history = History();
        var (first, others) = (history.Log[0], history.Log.Skip(1));
        var strayed = first with { Partition = first.Partition + 1 };

        var findings = All.Check(history with { Log = [strayed, .. others] });

        findings.Single(f => f.Number == 8).Holds.ShouldBeFalse();
    }

    [Test]
    public void what_retention_took_is_said_and_the_rest_is_checked()
    {
        var findings = All.Check(UnusualHistories.CutByRetention(History()));

        findings.ShouldAllBe(f => f.Holds);
        findings.Single(f => f.Number == 8).Notes.ShouldHaveSingleItem();
        findings.Single(f => f.Number == 9).Notes.ShouldHaveSingleItem();
    }

    [Test]
    public void rows_that_the_outbox_dropped_after_a_day_are_said()
    {
        var findings = All.Check(UnusualHistories.TwoDaysLater(History()));

        findings.ShouldAllBe(f => f.Holds);
        findings.Single(f => f.Number == 7).Notes.ShouldHaveSingleItem();
    }

    [Test]
    public void a_new_kafka_that_got_everything_again_is_nothing_to_speak_of()
    {
        var history = History();
        var earlier = history.Stored.Select(s => s with { IsOfThisLog = false });

        var findings = All.Check(history with { Stored = [.. earlier] });

        findings.ShouldAllBe(f => f.Holds && f.Notes.Count == 0);
    }

    [Test]
    public void without_a_journal_the_answers_are_said_not_to_be_checked()
    {
        var findings = All.Check(History() with { Journal = null });

        findings.ShouldAllBe(f => f.Holds);
        findings.Single(f => f.Number == 3).Notes.ShouldHaveSingleItem();
        findings.Single(f => f.Number == 4).Notes.ShouldHaveSingleItem();
    }

    [Test]
    public void without_the_provider_s_books_cards_are_said_not_to_be_compared()
    {
        var finding = All.Check(History() with { CardOrders = null }, 6);

        finding.Holds.ShouldBeTrue();
        finding.Notes.ShouldHaveSingleItem().ShouldContain("2 card payments not compared");
        finding.Figures.ShouldContain(("card payments compared with the provider's books", 0));
    }
}
