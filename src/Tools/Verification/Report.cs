using System.Globalization;
using Spectre.Console;

namespace ConcertReservation.Verification;

/// <summary>The findings, for a person to read.</summary>
internal static class Report
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static void Write(IAnsiConsole console, IReadOnlyList<Finding> findings)
    {
        var table = new Table().Border(TableBorder.Rounded).Expand();
        table.AddColumn(new TableColumn("#").RightAligned().NoWrap());
        table.AddColumn("Invariant");
        table.AddColumn("Compared");
        table.AddColumn(new TableColumn("").NoWrap());
        foreach (var finding in findings)
        {
            table.AddRow(
                new Text(finding.Number.ToString(CultureInfo.InvariantCulture)),
                new Text(finding.Invariant),
                new Text(Compared(finding)),
                new Markup(Verdict(finding))
            );
        }

        console.Write(table);
        foreach (var finding in findings)
            WriteDetails(console, finding);
    }

    /// <summary>All of it in a line.</summary>
    public static string Sum(IReadOnlyList<Finding> findings)
    {
        var violated = Numbers(findings.Where(f => !f.Holds));
        if (violated.Length > 0)
            return $"Violated: {violated}.";

        var open = Numbers(findings.Where(f => !f.IsWhole));
        return "Every invariant that could be checked holds."
            + (open.Length > 0 ? $" Not checked, or only in part: {open}." : "");
    }

    private static string Numbers(IEnumerable<Finding> findings) =>
        string.Join(", ", findings.Select(f => f.Number));

    private static void WriteDetails(IAnsiConsole console, Finding finding)
    {
        foreach (var note in finding.Notes)
            console.MarkupLineInterpolated(Culture, $"[yellow]{finding.Number}: {note}[/]");
        foreach (var violation in finding.Violations)
            console.MarkupLineInterpolated(Culture, $"[red]{finding.Number}: {violation}[/]");
        var untold = finding.ViolationCount - finding.Violations.Count;
        if (untold > 0)
            console.MarkupLineInterpolated(Culture, $"[red]{finding.Number}: and {untold} more[/]");
        if (finding.Shortest.Count == 0)
            return;

        // Lines of a log, which a terminal may break but nobody else.
        var lines = console.Profile.Out.Writer;
        lines.WriteLine($"{finding.Number}: the shortest history of it: {finding.Shortest[0]}");
        foreach (var line in finding.Shortest.Skip(1))
            lines.WriteLine($"   {line}");
    }

    private static string Compared(Finding finding) =>
        string.Join(
            ", ",
            finding.Figures.Select(f =>
                string.Create(CultureInfo.InvariantCulture, $"{f.Count:N0} {f.What}")
            )
        );

    private static string Verdict(Finding finding) =>
        !finding.Holds ? "[red]VIOLATED[/]"
        : finding.Figures.Count == 0 ? "[yellow]not checked[/]"
        : !finding.IsWhole ? "[yellow]holds in part[/]"
        : "[green]holds[/]";
}
