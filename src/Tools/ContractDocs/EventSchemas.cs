using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ConcertReservation.Contracts;

namespace ConcertReservation.ContractDocs;

/// <summary>
/// JSON Schemas (draft 7) of the records of the contract, as their classes say: what is required,
/// what may be null, which values there are. Everything else may be there too, since readers pass
/// over what they do not know.
/// </summary>
internal sealed class EventSchemas
{
    private readonly NullabilityInfoContext _nullability = new();

    /// <summary>By the names of their classes, those that others refer to, too.</summary>
    public SortedDictionary<string, JsonObject> ByName { get; } = new(StringComparer.Ordinal);

    public static string Pointer(Type type) => $"#/components/schemas/{type.Name}";

    /// <summary>Adds the schema of a class, and of those that it consists of.</summary>
    public void Add(Type type)
    {
        if (!ByName.TryAdd(type.Name, new JsonObject()))
            return;

        var properties = Fields(type);
        ByName[type.Name] = new JsonObject
        {
            ["type"] = "object",
            ["description"] = DocComments.Of(type),
            ["required"] = new JsonArray([
                .. properties.Where(IsRequired).Select(p => JsonValue.Create(JsonNames.Of(p.Name))),
            ]),
            ["properties"] = new JsonObject(
                properties.Select(p => KeyValuePair.Create(JsonNames.Of(p.Name), Field(p)))
            ),
            ["additionalProperties"] = true,
        };
    }

    /// <summary>What is on the wire: the envelope, then from the general to the special.</summary>
    private static IReadOnlyList<PropertyInfo> Fields(Type type) =>
        [
            .. type.GetProperties()
                .Where(p => p.GetCustomAttribute<JsonIgnoreAttribute>() is null)
                .OrderBy(p => p.GetCustomAttribute<JsonPropertyOrderAttribute>()?.Order ?? 0)
                .ThenBy(p => Depth(p.DeclaringType!))
                .ThenBy(p => p.MetadataToken),
        ];

    private static int Depth(Type type) => type.BaseType is { } parent ? 1 + Depth(parent) : 0;

    /// <summary>An event has its id and type whatever the class says of them.</summary>
    private static bool IsRequired(PropertyInfo property) =>
        property.IsDefined(typeof(RequiredMemberAttribute))
        || property.Name is nameof(DomainEvent.EventId) or nameof(DomainEvent.EventType);

    private JsonNode? Field(PropertyInfo property)
    {
        var schema = Value(
            Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
        );
        if (property.Name == nameof(DomainEvent.EventType))
            schema["const"] = EventFacts.Of(property.ReflectedType!).EventType;
        if (property.IsDefined(typeof(EmailAddressAttribute)))
            schema["format"] = "email";
        if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
        {
            schema["enum"] = new JsonArray([
                .. allowed.Values.Select(v => JsonSerializer.SerializeToNode(v)),
            ]);
        }

        if (_nullability.Create(property).ReadState == NullabilityState.Nullable)
            schema["type"] = new JsonArray(TypeOf(schema, property), "null");
        else if (!IsRequired(property) && property.PropertyType.IsValueType)
            schema["default"] = Default(property.PropertyType);
        // Beside a reference nothing else counts.
        if (schema.ContainsKey("$ref"))
            schema = new JsonObject { ["allOf"] = new JsonArray(schema) };
        Describe(schema, property);
        return schema;
    }

    private static JsonNode TypeOf(JsonObject schema, PropertyInfo property) =>
        schema["type"]?.DeepClone()
        ?? throw new InvalidOperationException(
            $"{property.Name} is an object or null: there is no schema for that yet."
        );

    private static void Describe(JsonObject schema, PropertyInfo property)
    {
        var text = DocComments.Of(property);
        if (property.PropertyType == typeof(Money))
            text += " " + DocComments.Of(typeof(Money));
        schema.Insert(0, "description", text);
    }

    private static JsonNode? Default(Type type) =>
        JsonSerializer.SerializeToNode(RuntimeHelpers.GetUninitializedObject(type), type);

    private JsonObject Value(Type type)
    {
        if (type == typeof(string))
            return new JsonObject { ["type"] = "string" };
        if (type == typeof(bool))
            return new JsonObject { ["type"] = "boolean" };
        if (type == typeof(long))
            return new JsonObject { ["type"] = "integer", ["format"] = "int64" };
        if (type == typeof(int))
            return new JsonObject { ["type"] = "integer", ["format"] = "int32" };
        if (type == typeof(Guid))
            return new JsonObject { ["type"] = "string", ["format"] = "uuid" };
        if (type == typeof(DateTimeOffset))
            return Time();
        if (type == typeof(Money))
        {
            return new JsonObject
            {
                ["type"] = "integer",
                ["format"] = "int64",
                ["minimum"] = 0,
            };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return new JsonObject
            {
                ["type"] = "array",
                ["items"] = Value(type.GetGenericArguments()[0]),
            };
        }

        if (type.Assembly != typeof(DomainEvent).Assembly)
            throw new InvalidOperationException($"No schema is known for {type}.");
        Add(type);
        return new JsonObject { ["$ref"] = Pointer(type) };
    }

    /// <summary>UTC with microseconds and Z: <see cref="UtcTimeJsonConverter.Format"/>.</summary>
    public static JsonObject Time() =>
        new()
        {
            ["type"] = "string",
            ["format"] = "date-time",
            ["pattern"] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$",
        };
}

internal static class JsonNames
{
    public static string Of(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);
}
