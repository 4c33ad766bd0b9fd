using System.Reflection;

namespace ConcertReservation.Host.Http;

/// <summary>
/// Which type a JSON path such as <c>$.sections[0].price</c> leads to from a request's type.
/// </summary>
internal static class JsonPathTypes
{
    public static Type? Follow(Type? type, string? path)
    {
        foreach (var step in (path ?? "$").Split('.').Skip(1))
        {
            var bracket = step.IndexOf('[', StringComparison.Ordinal);
            var member = bracket < 0 ? step : step[..bracket];
            type = type
                ?.GetProperty(
                    member,
                    BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase
                )
                ?.PropertyType;
            if (bracket >= 0)
                type = type is null ? null : ElementType(type);
        }

        return type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
    }

    /// <summary>What a list holds; null where the type is no list.</summary>
    public static Type? ElementType(Type type) =>
        type == typeof(string)
            ? null
            : type.GetInterfaces()
                .Append(type)
                .FirstOrDefault(i =>
                    i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>)
                )
                ?.GetGenericArguments()[0];
}
