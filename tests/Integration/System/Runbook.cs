namespace ConcertReservation.Tests.Integration;

/// <summary>What docs/operations.md gives an operator to type.</summary>
internal static class Runbook
{
    private const string Indent = "    ";

    /// <summary>The first block below this text, up to the line after its last.</summary>
    public static string BlockBelow(string text)
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "operations.md"));
        var start = page.IndexOf(text, StringComparison.Ordinal);
        start.ShouldBePositive($"operations.md says: {text}");
        return string.Join(
            '\n',
            page[start..]
                .Split('\n')
                .SkipWhile(line => !line.StartsWith(Indent, StringComparison.Ordinal))
                .TakeWhile(line => line.StartsWith(Indent, StringComparison.Ordinal))
        );
    }
}
