using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace ConcertReservation.ContractDocs;

/// <summary>
/// JSON as YAML and back. Text that some reader could take for a number, a time or a truth value is
/// quoted, so that readers of YAML 1.1 and 1.2 see the same document.
/// </summary>
internal static partial class Yaml
{
    private const int Width = 80;

    /// <summary>What may not fit into the rest of a line gets lines of its own.</summary>
    private const int LongText = 55;

    /// <param name="comment">Above the document, a line each.</param>
    public static string Write(JsonNode document, params string[] comment)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        foreach (var line in comment)
            text.WriteLine($"# {line}");
        var settings = new EmitterSettings()
            .WithBestIndent(2)
            .WithBestWidth(Width)
            .WithIndentedSequences();
        var emitter = new Emitter(text, settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, document);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    /// <exception cref="YamlException">The text is no YAML.</exception>
    public static JsonNode Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return Read(stream.Documents.Single().RootNode)!;
    }

    private static void Write(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                var style = members.Count == 0 ? MappingStyle.Flow : MappingStyle.Block;
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, style));
                foreach (var (name, value) in members)
                {
                    Write(emitter, JsonValue.Create(name));
                    Write(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray items:
                emitter.Emit(
                    new SequenceStart(AnchorName.Empty, TagName.Empty, true, StyleOf(items))
                );
                foreach (var item in items)
                    Write(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            default:
                emitter.Emit(ScalarOf(node));
                break;
        }
    }

    /// <summary>Short lists of names and numbers on one line.</summary>
    private static SequenceStyle StyleOf(JsonArray items) =>
        items.All(i => i is null or JsonValue) && items.ToJsonString().Length < Width / 2
            ? SequenceStyle.Flow
            : SequenceStyle.Block;

    private static Scalar ScalarOf(JsonNode? node)
    {
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text))
            return Scalar(node?.ToJsonString() ?? "null", ScalarStyle.Plain);
        if (text.Length > LongText && Sentence().IsMatch(text))
            return Scalar(text, ScalarStyle.Folded);
        return Scalar(
            text,
            Harmless().IsMatch(text) ? ScalarStyle.Plain : ScalarStyle.SingleQuoted
        );
    }

    private static Scalar Scalar(string text, ScalarStyle style) =>
        new(AnchorName.Empty, TagName.Empty, text, style, true, true);

    private static JsonNode? Read(YamlNode node) =>
        node switch
        {
            YamlMappingNode mapping => new JsonObject(
                mapping.Select(m =>
                    KeyValuePair.Create(((YamlScalarNode)m.Key).Value!, Read(m.Value))
                )
            ),
            YamlSequenceNode sequence => new JsonArray([.. sequence.Select(Read)]),
            YamlScalarNode { Style: ScalarStyle.Plain } plain => ReadPlain(plain.Value!),
            YamlScalarNode quoted => JsonValue.Create(quoted.Value),
            _ => throw new YamlException($"{node.NodeType} is nothing that JSON has."),
        };

    private static JsonNode? ReadPlain(string text) =>
        text switch
        {
            "null" or "~" or "" => null,
            "true" => true,
            "false" => false,
            _ when Number().IsMatch(text) => JsonNode.Parse(text),
            _ => text,
        };

    /// <summary>Begins as text does, is no word that YAML knows, and has no sign of it.</summary>
    [GeneratedRegex(
        "^(?!(true|false|yes|no|on|off|null|y|n)$)[A-Za-z$/][A-Za-z0-9 _./,()-]*(?<! )$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Harmless();

    /// <summary>Words with single spaces between them: folding lines gives the same text.</summary>
    [GeneratedRegex(@"^\S+( \S+)+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sentence();

    [GeneratedRegex(
        @"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Number();
}
