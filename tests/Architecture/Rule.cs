using System.Text.RegularExpressions;

namespace ConcertReservation.Tests.Architecture;

/// <summary>
/// A sentence that holds for the house, how to see where it does not, and houses that break it.
/// </summary>
/// <param name="Sentence">In snake case, as the tests' names are.</param>
/// <param name="Violations">What breaks it, one line each.</param>
/// <param name="CounterExamples">Each must be caught, or the check proves nothing.</param>
internal sealed record Rule(
    string Sentence,
    Func<House, IEnumerable<string>> Violations,
    params House[] CounterExamples
)
{
    /// <summary>No pattern needs longer for a file.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public override string ToString() => Sentence;

    /// <summary>A room may reference these of ours and no others.</summary>
    public static IEnumerable<string> ReferencesBeyond(Room room, params string[] allowed) =>
        room.AllReferences.Except(allowed).Select(r => $"{room.Path} references {r}");

    /// <summary>Where a pattern occurs in a text of the file.</summary>
    public static IEnumerable<string> Occurrences(
        SourceFile file,
        Func<SourceFile, string> text,
        string pattern
    ) =>
        Regex
            .Matches(text(file), pattern, RegexOptions.ExplicitCapture, Patience)
            .Select(m => $"{file.Path}:{LineOf(file, m.Index)} says {m.Value.Trim()}");

    public static int LineOf(SourceFile file, int index) =>
        1 + file.Text.AsSpan(0, index).Count('\n');
}
