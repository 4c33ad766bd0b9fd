using System.Text;

namespace ConcertReservation.Tests.Architecture;

/// <summary>
/// A source file, read as three texts of equal length: code, string literals, comments.
/// </summary>
internal sealed class SourceFile
{
    private SourceFile(string path, string text, string code, string strings) =>
        (Path, Text, Code, Strings) = (path, text, code, strings);

    /// <summary>From the repository's root, with slashes.</summary>
    public string Path { get; }

    public string Text { get; }

    /// <summary>
    /// Without the contents of strings and comments; lines and columns as in the text.
    /// </summary>
    public string Code { get; }

    /// <summary>Only the contents of strings; lines and columns as in the text.</summary>
    public string Strings { get; }

    public string[] Lines => Text.Split('\n');

    public static SourceFile Parse(string path, string text)
    {
        var code = new StringBuilder(text.Length);
        var strings = new StringBuilder(text.Length);
        var i = 0;
        while (i < text.Length)
        {
            var (length, kind) = Next(text, i);
            var token = text.Substring(i, length);
            code.Append(kind == Kind.Code ? token : Blank(token));
            strings.Append(kind == Kind.String ? token : Blank(token));
            i += length;
        }

        return new SourceFile(path, text, code.ToString(), strings.ToString());
    }

    public bool IsIn(string folder) =>
        Path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static (int Length, Kind Kind) Next(string text, int start)
    {
        var rest = text.AsSpan(start);
        if (rest.StartsWith("//"))
            return (End(rest, "\n", 2, keep: true), Kind.Comment);
        if (rest.StartsWith("/*"))
            return (End(rest, "*/", 2, keep: false), Kind.Comment);
        if (rest[0] == '\'')
            return (Quoted(rest, '\''), Kind.String);
        if (rest.StartsWith("@\"") || rest.StartsWith("$@\"") || rest.StartsWith("@$\""))
            return (Verbatim(rest), Kind.String);
        if (rest[0] != '"')
            return (1, Kind.Code);

        var quotes = rest.IndexOfAnyExcept('"');
        quotes = quotes < 0 ? rest.Length : quotes;
        return quotes >= 3
            ? (End(rest, new string('"', quotes), quotes, keep: false), Kind.String)
            : (Quoted(rest, '"'), Kind.String);
    }

    /// <param name="keep">The terminator is no part of the token.</param>
    private static int End(ReadOnlySpan<char> rest, string terminator, int from, bool keep)
    {
        var found = rest[from..].IndexOf(terminator);
        return found < 0 ? rest.Length : from + found + (keep ? 0 : terminator.Length);
    }

    private static int Quoted(ReadOnlySpan<char> rest, char quote)
    {
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '\\')
                i++;
            else if (rest[i] == quote || rest[i] == '\n')
                return i + 1;
        }

        return rest.Length;
    }

    private static int Verbatim(ReadOnlySpan<char> rest)
    {
        for (var i = rest.IndexOf('"') + 1; i < rest.Length; i++)
        {
            if (rest[i] != '"')
                continue;
            if (i + 1 < rest.Length && rest[i + 1] == '"')
                i++;
            else
                return i + 1;
        }

        return rest.Length;
    }

    private static string Blank(string token) =>
        string.Concat(token.Select(c => c == '\n' ? '\n' : ' '));

    private enum Kind
    {
        Code,
        String,
        Comment,
    }
}
