using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ConcertReservation.Host.OpenApi;

/// <summary>
/// Types whose JSON comes from a converter, which the generator cannot look into, and texts that
/// are one of a few.
/// </summary>
internal static class SchemaDocs
{
    public static Task DescribeAsync(
        OpenApiSchema schema,
        OpenApiSchemaTransformerContext context,
        CancellationToken stop
    )
    {
        var type = context.JsonTypeInfo.Type;
        type = Nullable.GetUnderlyingType(type) ?? type;
        var property = context.JsonPropertyInfo;
        var isNullable = property is { IsGetNullable: true };
        if (type == typeof(Money))
        {
            schema.Type = OrNull(JsonSchemaType.Integer, isNullable);
            schema.Format = "int64";
            schema.Minimum = "0";
            schema.Description = "Whole won (KRW).";
        }
        else if (type == typeof(DateTimeOffset))
        {
            schema.Type = OrNull(JsonSchemaType.String, isNullable);
            schema.Format = "date-time";
        }
        else if (type == typeof(string))
        {
            schema.Type = OrNull(JsonSchemaType.String, isNullable);
            schema.Enum = property is null ? schema.Enum : OneOf(property);
        }
        else if (type.IsAssignableTo(typeof(IEnumerable<string>)))
        {
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.String };
        }
        else if (type.IsAssignableTo(typeof(IEnumerable<KeyValuePair<string, string>>)))
        {
            schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String };
        }

        return Task.CompletedTask;
    }

    private static JsonSchemaType OrNull(JsonSchemaType type, bool isNullable) =>
        isNullable ? type | JsonSchemaType.Null : type;

    private static List<JsonNode>? OneOf(JsonPropertyInfo property)
    {
        var ofParameter = property.AssociatedParameter?.AttributeProvider;
        var allowed = (ofParameter ?? property.AttributeProvider)
            ?.GetCustomAttributes(typeof(AllowedValuesAttribute), inherit: false)
            .OfType<AllowedValuesAttribute>()
            .FirstOrDefault();
        return allowed is null ? null : [.. allowed.Values.Select(v => (JsonNode)v!.ToString()!)];
    }
}
