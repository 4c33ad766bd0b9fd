using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace ConcertReservation.Host.Http;

/// <summary>
/// What a request that could not be bound did wrong, by field. The framework tells it in the words
/// of its exceptions only, so this reads them; where it knows none, it blames the body as a whole.
/// </summary>
internal static partial class BindingProblem
{
    private const string Body = "body";

    public static Problem From(BadHttpRequestException exception, HttpContext http) =>
        exception.StatusCode switch
        {
            StatusCodes.Status413PayloadTooLarge => Problems.TooLarge(HttpLimits.BodyBytes),
            StatusCodes.Status415UnsupportedMediaType => Problems.UnsupportedMediaType(),
            StatusCodes.Status408RequestTimeout => Problems.Timeout(),
            not StatusCodes.Status400BadRequest => Problems.BadRequest(exception.StatusCode),
            _ when exception.InnerException is JsonException json => FromJson(json, http),
            _ => FromParameter(exception.Message),
        };

    private static Problem FromParameter(string message)
    {
        if (UnreadableParameter().Match(message) is { Success: true } unreadable)
        {
            return Problems.Validation(
                Decapitalise(unreadable.Groups["name"].Value),
                "must be " + TypeInWords(unreadable.Groups["type"].Value)
            );
        }

        if (
            MissingParameter().Match(message) is { Success: true } missing
            && missing.Groups["source"].Value != Body
        )
        {
            return Problems.Validation(Decapitalise(missing.Groups["name"].Value), "is required");
        }

        return Problems.Validation(Body, "must be a JSON object");
    }

    private static Problem FromJson(JsonException json, HttpContext http)
    {
        var field = FieldAt(json.Path);
        // Thrown by the reader itself: these bytes are no JSON at all.
        if (json.InnerException is JsonException)
        {
            var line = (json.LineNumber ?? 0) + 1;
            var column = (json.BytePositionInLine ?? 0) + 1;
            var place = string.Create(CultureInfo.InvariantCulture, $"line {line}, byte {column}");
            return Problems.Validation(Body, $"is not valid JSON at {place}");
        }

        if (MissingMembers().Match(json.Message) is { Success: true } missing)
        {
            var prefix = field == Body ? "" : field + ".";
            var names = Quoted().Matches(missing.Groups["names"].Value);
            return Problems.Validation(
                names.ToDictionary(
                    n => prefix + n.Groups["name"].Value,
                    _ => new[] { "is required" }
                )
            );
        }

        if (UnknownMember().Match(json.Message) is { Success: true } unknown)
        {
            return Problems.Validation(
                MemberAt(field, unknown.Groups["name"].Value),
                "is not a known field"
            );
        }

        if (DoubledMember().Match(json.Message) is { Success: true } doubled)
        {
            return Problems.Validation(
                MemberAt(field, doubled.Groups["name"].Value),
                "appears twice"
            );
        }

        if (NullParameter().Match(json.Message) is { Success: true } isNull)
        {
            var name = isNull.Groups["name"].Value;
            return Problems.Validation(field == Body ? name : field, "must not be null");
        }

        return Problems.Validation(
            field,
            IsHalfACharacter(json) ? "must be whole characters, in UTF-8" : WrongValue(json, http)
        );
    }

    /// <summary>Text that no reader can make a string of, be it a name or a value.</summary>
    private static bool IsHalfACharacter(JsonException json) =>
        json.InnerException is InvalidOperationException { Message: var message }
        && message.Contains("UTF", StringComparison.Ordinal);

    private static string WrongValue(JsonException json, HttpContext http)
    {
        // A converter of ours says itself what it wants.
        if (
            !json.Message.StartsWith(
                "The JSON value could not be converted",
                StringComparison.Ordinal
            )
        )
            return Decapitalise(json.Message);

        var wanted = http.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        return "must be " + TypeInWords(JsonPathTypes.Follow(wanted, json.Path));
    }

    private static string TypeInWords(Type? type) =>
        type switch
        {
            null => "of the documented type",
            { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type)),
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(string) => "a text",
            _ when type == typeof(DateTimeOffset) => RequestTime.Description,
            { IsPrimitive: true } => "a whole number",
            _ when JsonPathTypes.ElementType(type) is not null => "a list",
            _ => "an object",
        };

    /// <param name="type">
    /// As the framework writes it: <c>long</c>, <c>Nullable&lt;int&gt;</c>.
    /// </param>
    private static string TypeInWords(string type) =>
        NullableOf().Replace(type, "${type}") switch
        {
            "long" or "int" or "short" or "Int64" or "Int32" => "a whole number",
            "bool" => "true or false",
            "DateTimeOffset" or "DateTime" => RequestTime.Description,
            "DateOnly" => "a day such as 2026-11-20",
            "Guid" => "a UUID",
            _ => "of the documented type",
        };

    /// <summary>
    /// <c>$.seatIds[0]</c> is the field <c>seatIds[0]</c>, and <c>$['a b']</c> is <c>a b</c>; the
    /// root is the body.
    /// </summary>
    private static string FieldAt(string? path)
    {
        if (path is null or "$")
            return Body;

        var field = BracketedName().Replace(path, ".${name}");
        return field.StartsWith("$.", StringComparison.Ordinal)
            ? field[2..].Replace(@"\'", "'", StringComparison.Ordinal)
            : field;
    }

    /// <summary>
    /// The path of a member that does not belong there is its own or its parent's, by version of
    /// the framework and by what is wrong with it.
    /// </summary>
    private static string MemberAt(string field, string name) =>
        field == Body ? name
        : field == name || field.EndsWith("." + name, StringComparison.Ordinal) ? field
        : $"{field}.{name}";

    private static string Decapitalise(string text) => char.ToLowerInvariant(text[0]) + text[1..];

    [GeneratedRegex(
        """^Failed to bind parameter "(?<type>\S+) (?<name>\S+)" from""",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex UnreadableParameter();

    [GeneratedRegex(@"^Nullable<(?<type>.+)>$|^(?<type>.+)\?$", RegexOptions.NonBacktracking)]
    private static partial Regex NullableOf();

    [GeneratedRegex(
        """^Required parameter "\S+ (?<name>\S+)" was not provided from (?<source>\w+)""",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex MissingParameter();

    [GeneratedRegex(
        "missing required properties including: (?<names>.*?)\\.?$",
        RegexOptions.NonBacktracking | RegexOptions.Singleline
    )]
    private static partial Regex MissingMembers();

    [GeneratedRegex(@"\['(?<name>.*?)'\]", RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex BracketedName();

    [GeneratedRegex("'(?<name>[^']+)'", RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();

    [GeneratedRegex(
        "^The JSON property '(?<name>.*?)' could not be mapped",
        RegexOptions.NonBacktracking | RegexOptions.Singleline
    )]
    private static partial Regex UnknownMember();

    [GeneratedRegex(
        "^Duplicate property '(?<name>.*?)' encountered",
        RegexOptions.NonBacktracking | RegexOptions.Singleline
    )]
    private static partial Regex DoubledMember();

    [GeneratedRegex(
        "^The (?:constructor parameter|property or field) '(?<name>\\w+)' on type .* doesn't allow",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex NullParameter();
}
