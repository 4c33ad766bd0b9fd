namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>Gathers what is wrong with a request, by field.</summary>
public sealed class FieldErrors
{
    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    /// <summary>Notes the message under the field unless the condition holds.</summary>
    public FieldErrors Require(bool condition, string field, string message)
    {
        if (condition)
            return this;

        if (!_errors.TryGetValue(field, out var messages))
            _errors[field] = messages = [];
        messages.Add(message);
        return this;
    }

    /// <summary>The problem to answer, or null where all is well.</summary>
    public Problem? ToProblem() =>
        _errors.Count == 0
            ? null
            : Problems.Validation(
                _errors.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal)
            );
}
