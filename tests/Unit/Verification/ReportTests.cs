using ConcertReservation.Verification;
using ConcertReservation.Verification.Invariants;
using Spectre.Console;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What an operator reads tells what holds from what nobody looked at.</summary>
internal sealed class ReportTests
{
    private static readonly Finding Whole = Of(1, i => i.Figure("seats", 2));
    private static readonly Finding Part = Of(
        4,
        i =>
        {
            i.Figure("keys", 2);
            i.Note("no journal");
        }
    );
    private static readonly Finding Unchecked = Of(3, i => i.Note("no journal"));
    private static readonly Finding Violated = Of(
        7,
        i =>
        {
            i.Figure("rows", 2);
            i.Violated("a row is missing".About());
        }
    );
    private static readonly Finding Shown = Of(
        1,
        i =>
        {
            i.Figure("seats", 2);
            i.Violated("a seat has two owners".About("reservation-101", "reservation-102"));
            i.Violated("a seat has no owner".About("seat-4"));
        }
    );

    [Test]
    public void each_finding_has_its_verdict_and_its_reasons()
    {
        Lines(Whole)[^1].ShouldMatch("2 seats +│ holds +│");
        Lines(Part)[^2].ShouldMatch("2 keys +│ holds in part +│");
        Lines(Part)[^1].ShouldBe("4: no journal");
        Lines(Unchecked)[^2].ShouldMatch("│ not checked +│");
        Lines(Violated)[^2].ShouldMatch("2 rows +│ VIOLATED +│");
        Lines(Violated)[^1].ShouldBe("7: a row is missing");
    }

    [Test]
    public void a_violation_is_followed_by_the_shortest_history_of_one()
    {
        Lines(Shown)[^2].ShouldBe("1: the shortest history of it: a seat has no owner");
        Lines(Shown)[^1].ShouldMatch("^   at the end +seat 4 of concert 11 at 100 won is sold for");
    }

    [Test]
    public void the_sum_names_what_is_violated() =>
        Report.Sum([Whole, Part, Violated]).ShouldBe("Violated: 7.");

    [Test]
    public void the_sum_names_what_was_not_or_not_wholly_checked()
    {
        Report.Sum([Whole]).ShouldBe("Every invariant that could be checked holds.");
        Report
            .Sum([Whole, Unchecked, Part])
            .ShouldBe(
                "Every invariant that could be checked holds. Not checked, or only in part: 3, 4."
            );
    }

    [Test]
    public void an_empty_journal_is_named_and_nothing_of_it_holds()
    {
        var findings = All.Check(SmallSale.History() with { Journal = [] });

        var (third, fourth) = (
            findings.Single(f => f.Number == 3),
            findings.Single(f => f.Number == 4)
        );
        third.Figures.ShouldBeEmpty();
        third.Notes.ShouldHaveSingleItem().ShouldContain("journal of requests is empty");
        fourth.Notes.ShouldHaveSingleItem().ShouldContain("journal of requests is empty");
        Report.Sum(findings).ShouldEndWith("Not checked, or only in part: 3, 4.");
    }

    private static Finding Of(int number, Action<Inspection> inspect)
    {
        var inspection = new Inspection(number, "An invariant", SmallSale.History());
        inspect(inspection);
        return inspection.Done();
    }

    /// <summary>The table's row of the finding, and what follows the table.</summary>
    private static IReadOnlyList<string> Lines(Finding finding)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) }
        );
        console.Profile.Width = 150;
        Report.Write(console, [finding]);
        return
        [
            .. text.ToString()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => l.TrimEnd())
                .Where(l => !l.StartsWith('╰')),
        ];
    }
}
