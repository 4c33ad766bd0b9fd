using System.Text;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>Reads CSV as RFC 4180 has it, and nothing else.</summary>
internal static class CsvRows
{
    /// <exception cref="FormatException">A quote or a line break is where none may be.</exception>
    public static List<List<string>> Of(string csv)
    {
        var rows = new List<List<string>>();
        var row = new List<string>();
        for (var at = 0; at < csv.Length; )
        {
            row.Add(csv[at] == '"' ? Quoted(csv, ref at) : Plain(csv, ref at));
            if (at < csv.Length && csv[at] == ',')
            {
                at++;
                if (csv.AsSpan(at).StartsWith("\r\n"))
                    row.Add("");
                else
                    continue;
            }

            if (!csv.AsSpan(at).StartsWith("\r\n"))
                throw new FormatException($"No cell ends at {at} of {csv}");
            at += 2;
            rows.Add(row);
            row = [];
        }

        return rows;
    }

    private static string Plain(string csv, ref int at)
    {
        var end = csv.IndexOfAny([',', '\r', '\n', '"'], at);
        var cell = csv[at..(end < 0 ? csv.Length : end)];
        at += cell.Length;
        return cell;
    }

    private static string Quoted(string csv, ref int at)
    {
        var cell = new StringBuilder();
        for (at++; at < csv.Length; at++)
        {
            if (csv[at] == '"' && (at + 1 == csv.Length || csv[at + 1] != '"'))
            {
                at++;
                return cell.ToString();
            }

            cell.Append(csv[at]);
            if (csv[at] == '"')
                at++;
        }

        throw new FormatException($"A quote has no end in {csv}");
    }
}
