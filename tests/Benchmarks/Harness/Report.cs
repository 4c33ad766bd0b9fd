using Spectre.Console;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>A table, what was asked, what was checked, and the line that says it all.</summary>
internal static class Report
{
    private const int PlainWidth = 120;

    public static IAnsiConsole Console()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (System.Console.IsOutputRedirected)
            console.Profile.Width = PlainWidth;
        return console;
    }

    public static void Write(IAnsiConsole console, Outcome outcome)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(outcome.Name);
        table.AddColumn("unit");
        foreach (var column in new[] { "median", "least", "most", "spread", "rounds" })
            table.AddColumn(new TableColumn(column).RightAligned());
        Measure[] measures =
        [
            outcome.Value,
            outcome.Peer,
            .. outcome.OtherPeers.Select(p => p.Peer),
            .. outcome.Others,
        ];
        foreach (var measure in measures)
            AddRow(table, measure);
        console.Write(table);
        foreach (var bar in outcome.Bars)
            WriteLine(console, bar.IsMet ? "met" : "MISSED", bar.Sentence);
        foreach (var check in outcome.Checks)
        {
            WriteLine(console, check.IsRight ? "right" : "WRONG", check.Sentence);
            foreach (var fault in check.Faults)
                WriteLine(console, "", fault);
        }

        foreach (var line in outcome.Lines)
            console.Profile.Out.Writer.WriteLine(line);
    }

    private static void AddRow(Table table, Measure measure) =>
        table.AddRow(
            measure.What.EscapeMarkup(),
            measure.Unit,
            Numbers.Short(measure.Rounds.Median),
            Numbers.Short(measure.Rounds.Min),
            Numbers.Short(measure.Rounds.Max),
            measure.Rounds.Spread.ToString("P0", Numbers.Culture),
            Numbers.Short(measure.Rounds.Count)
        );

    private static void WriteLine(IAnsiConsole console, string verdict, string sentence) =>
        console.Profile.Out.Writer.WriteLine($"{verdict, -6} {sentence}");
}
