using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ConcertReservation.ContractDocs;

/// <summary>
/// What the comments of the contracts' source say of a type or property, as plain text. The
/// compiler writes them beside the assembly.
/// </summary>
internal static partial class DocComments
{
    private static readonly Dictionary<string, XElement> Summaries = Load(
        typeof(Contracts.DomainEvent).Assembly
    );

    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static string Of(Type type) =>
        Find($"T:{type.FullName}")
        ?? throw new InvalidOperationException($"{type.Name} has no summary to be published.");

    /// <summary>An override without a comment has that of what it overrides.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static string Of(PropertyInfo property)
    {
        var declaring = property.GetMethod!.GetBaseDefinition().DeclaringType!;
        return Find($"P:{property.DeclaringType!.FullName}.{property.Name}")
            ?? Find($"P:{declaring.FullName}.{property.Name}")
            ?? throw new InvalidOperationException(
                $"{property.DeclaringType.Name}.{property.Name} has no summary to be published."
            );
    }

    private static string? Find(string id) =>
        Summaries.TryGetValue(id, out var summary) ? Text(summary) : null;

    private static Dictionary<string, XElement> Load(Assembly assembly) =>
        XDocument
            .Load(Path.ChangeExtension(assembly.Location, ".xml"))
            .Descendants("member")
            .Where(m => m.Element("summary") is not null)
            .ToDictionary(
                m => (string)m.Attribute("name")!,
                m => m.Element("summary")!,
                StringComparer.Ordinal
            );

    private static string Text(XElement element) =>
        Gaps().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) =>
        node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see =>
                $"`{Referred((string)see.Attribute("cref")!)}`",
            XElement other => Text(other),
            _ => "",
        };

    /// <summary>A property as its readers see it, in the JSON.</summary>
    private static string Referred(string id)
    {
        var name = id[(id.LastIndexOf('.') + 1)..];
        return id.StartsWith("P:", StringComparison.Ordinal) ? JsonNames.Of(name) : name;
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Gaps();
}
