using System.Net;
using System.Text;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// A picture of an outcome: a bar for each median that has the unit of the first, with a line from
/// the least to the greatest round.
/// </summary>
internal static class Chart
{
    private const int Width = 760;
    private const int BarsFrom = 330;
    private const int BarsTo = 660;
    private const int Top = 44;
    private const int RowHeight = 34;
    private const int BarHeight = 18;
    private const string Ours = "#2f6f8f";
    private const string Theirs = "#a8b4bb";

    /// <returns>The text of an SVG file.</returns>
    public static string Draw(Outcome outcome)
    {
        Measure[] peers = [outcome.Peer, .. outcome.OtherPeers.Select(p => p.Peer)];
        var rows = new[] { outcome.Value }
            .Concat(peers)
            .Concat(outcome.Others)
            .Where(m => m.Unit == outcome.Value.Unit || peers.Contains(m))
            .ToArray();
        var most = rows.Max(m => m.Rounds.Max);
        var height = Top + (rows.Length * RowHeight) + (RowHeight / 2);
        var svg = new StringBuilder();
        svg.Append(
            Numbers.Culture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}"
                font-family="sans-serif" font-size="13">
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="12" y="26" font-size="16">{outcome.Name}, {outcome.Value.Unit}</text>

            """
        );
        for (var i = 0; i < rows.Length; i++)
            DrawRow(svg, rows[i], Top + (i * RowHeight), most, peers.Contains(rows[i]));
        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawRow(StringBuilder svg, Measure measure, int y, double most, bool isPeer)
    {
        var rounds = measure.Rounds;
        var middle = y + (BarHeight / 2);
        var text = middle + 5;
        var bar = isPeer ? Theirs : Ours;
        var (least, median, greatest) = (X(rounds.Min), X(rounds.Median), X(rounds.Max));
        svg.Append(
            Numbers.Culture,
            $"""
            <text x="{BarsFrom - 10}" y="{text}" text-anchor="end">{Escape(measure.What)}</text>
            <rect x="{BarsFrom}" y="{y}" width="{median - BarsFrom:0}" height="{BarHeight}"
                fill="{bar}"/>
            <line x1="{least:0}" x2="{greatest:0}" y1="{middle}" y2="{middle}"
                stroke="#222222" stroke-width="2"/>
            <text x="{BarsTo + 10}" y="{text}">{Numbers.Short(rounds.Median)}</text>

            """
        );

        double X(double value) => BarsFrom + ((BarsTo - BarsFrom) * value / most);

        static string Escape(string what) => WebUtility.HtmlEncode(what);
    }
}
