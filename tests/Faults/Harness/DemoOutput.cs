using System.Globalization;
using System.Text.RegularExpressions;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>What the demo printed, by the cells of its tables.</summary>
internal sealed class DemoOutput(string text)
{
    private const RegexOptions Options = RegexOptions.ExplicitCapture;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Text => text;

    /// <summary>Fails where no heading matches.</summary>
    public void Section(string heading) => text.ShouldMatch($"(?m)^── {heading} ─");

    /// <summary>Lines that match.</summary>
    public int Lines(string pattern) =>
        Regex.Count(text, pattern, Options | RegexOptions.Multiline, Patience);

    /// <summary>The number <c>n</c> of the first match.</summary>
    public long Number(string pattern) =>
        Rows(pattern).Cast<long?>().FirstOrDefault().ShouldNotBeNull($"{pattern} in {text}");

    /// <summary>The number <c>n</c> of every match.</summary>
    public IReadOnlyList<long> Rows(string pattern) =>
        [
            .. Regex
                .Matches(text, pattern, Options, Patience)
                .Select(m => long.Parse(m.Groups["n"].Value, NumberStyles.AllowThousands, Culture)),
        ];

    /// <summary>The number behind cells that hold these words.</summary>
    public long Cell(params string[] words) =>
        Number(string.Concat(words.Select(w => $"│ {Regex.Escape(w)} +")) + "│ +(?<n>[0-9,]+) │");

    /// <summary>What the table of invariants says of one.</summary>
    public string Verdict(int number) => Invariant(number).Groups["verdict"].Value;

    /// <summary>How many figures it gives for it.</summary>
    public int Figures(int number) =>
        Regex.Count(Invariant(number).Groups["figures"].Value, "[0-9,]*[0-9] ", Options, Patience);

    private static CultureInfo Culture => CultureInfo.InvariantCulture;

    private Match Invariant(int number)
    {
        var table = text[text.IndexOf("── Invariants", StringComparison.Ordinal)..];
        var row = Regex.Match(
            table,
            $"│ +{number} │ [^│]+ │(?<figures>[^│]+)│ (?<verdict>[^│]+?) +│",
            Options,
            Patience
        );
        row.Success.ShouldBeTrue($"invariant {number} in {table}");
        return row;
    }
}
