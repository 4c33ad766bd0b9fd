using System.Text;
using System.Text.RegularExpressions;

namespace ConcertReservation.Demo;

/// <summary>A mail of the mail folder, as its reader sees it.</summary>
internal sealed partial record MailFile(string To, string Subject, string Text)
{
    /// <summary>The newest mail of a kind; null where the folder has none.</summary>
    public static MailFile? Newest(string folder, string kind)
    {
        var file = new DirectoryInfo(folder)
            .EnumerateFiles("*.eml")
            .Where(f => f.Name.Contains(kind, StringComparison.Ordinal))
            .MaxBy(f => f.LastWriteTimeUtc);
        return file is null ? null : Parse(File.ReadAllText(file.FullName));
    }

    /// <summary>Headers with encoded words, and the part of type text/plain in base64.</summary>
    internal static MailFile Parse(string eml)
    {
        var lines = eml.ReplaceLineEndings("\n");
        var head = FoldedLine()
            .Replace(lines[..lines.IndexOf("\n\n", StringComparison.Ordinal)], " ");
        var part = PlainPart().Match(lines);
        var text = part.Success
            ? Encoding.UTF8.GetString(Convert.FromBase64String(part.Groups["base64"].Value))
            : "";
        return new MailFile(Header(head, "To"), Header(head, "Subject"), text.Trim());
    }

    private static string Header(string head, string name)
    {
        var line = head.Split('\n')
            .FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        var value = line is null ? "" : line[(name.Length + 1)..].Trim();
        return EncodedWord().Replace(SpaceBetweenWords().Replace(value, "?==?"), Decode);
    }

    private static string Decode(Match word)
    {
        var bytes = word.Groups["encoding"].Value is "B" or "b"
            ? Convert.FromBase64String(word.Groups["text"].Value)
            : QuotedBytes(word.Groups["text"].Value);
        return Encoding.UTF8.GetString(bytes);
    }

    private static byte[] QuotedBytes(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=' && i + 2 < text.Length)
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add((byte)(text[i] == '_' ? ' ' : text[i]));
            }
        }

        return [.. bytes];
    }

    [GeneratedRegex(@"\n[ \t]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FoldedLine();

    [GeneratedRegex(@"\?=\s+=\?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpaceBetweenWords();

    [GeneratedRegex(
        @"=\?utf-8\?(?<encoding>[BQ])\?(?<text>[^?]*)\?=",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex EncodedWord();

    [GeneratedRegex(
        @"text/plain(?:[^\n]|\n(?!\n))*\n\n(?<base64>[A-Za-z0-9+/=\n]+)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex PlainPart();
}
