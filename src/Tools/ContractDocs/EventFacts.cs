using System.Runtime.CompilerServices;
using ConcertReservation.Contracts;

namespace ConcertReservation.ContractDocs;

/// <summary>What every event of a class has in common.</summary>
/// <param name="KeyPrefix">What its keys begin with; an id follows.</param>
/// <param name="IdField">The field with this id.</param>
internal sealed record EventFacts(
    Type Type,
    string EventType,
    string Topic,
    string Source,
    string KeyPrefix,
    string IdField
)
{
    public string KeyPattern => $"^{KeyPrefix}[0-9]+$";

    public static IReadOnlyList<EventFacts> All { get; } =
    [.. EventCatalogue.ByName.Values.Select(e => Of(e.Type))];

    /// <exception cref="InvalidOperationException">Its key is not made of one id.</exception>
    public static EventFacts Of(Type type)
    {
        // Without fields, the key is that of id 0.
        var nothing = (DomainEvent)RuntimeHelpers.GetUninitializedObject(type);
        var prefix = nothing.Key.EndsWith("-0", StringComparison.Ordinal)
            ? nothing.Key[..^1]
            : throw new InvalidOperationException($"The key of {type.Name} is no name and id.");
        return new EventFacts(
            type,
            nothing.EventType,
            nothing.Topic,
            "/concert-reservation/" + nothing.Module,
            prefix,
            prefix.TrimEnd('-') + "Id"
        );
    }
}
