using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;

namespace ConcertReservation.Host.OpenApi;

/// <summary>
/// The names of schemas. Types of several use cases may be called <c>Request</c>; by its short name
/// alone the first one's schema would be shown for all.
/// </summary>
internal sealed class SchemaNames
{
    private static readonly string[] NamesOfMany =
    [
        "Request",
        "Response",
        "Page",
        "Entry",
        "Section",
        "Header",
    ];

    private readonly ConcurrentDictionary<string, Type> _types = new(StringComparer.Ordinal);

    /// <returns>null where the schema is written in place.</returns>
    /// <exception cref="InvalidOperationException">Two types have one name.</exception>
    public string? NameOf(JsonTypeInfo info)
    {
        if (OpenApiOptions.CreateDefaultSchemaReferenceId(info) is not { } name)
            return null;

        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        if (type.DeclaringType is { } useCase && NamesOfMany.Contains(name))
            name = useCase.Name + name;
        var first = _types.GetOrAdd(name, type);
        return first == type
            ? name
            : throw new InvalidOperationException(
                $"{first} and {type} would share the schema {name}: rename one."
            );
    }
}
