namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>Gathers what is wrong with a request, by field.</summary>
public sealed class FieldErrors
{
    /// <summary>null while all is well, as nearly always.</summary>
    private Dictionary<string, List<string>>? _errors;

    /// <summary>Notes the message under the field unless the condition holds.</summary>
    public FieldErrors Require(bool condition, string field, string message)
    {
        if (condition)
            return this;

        _errors ??= new(StringComparer.Ordinal);
        if (!_errors.TryGetValue(field, out var messages))
            _errors[field] = messages = [];
        messages.Add(message);
        return this;
    }

    /// <summary>The problem to answer, or null where all is well.</summary>
    public Problem? ToProblem() =>
        _errors is null
            ? null
            : Problems.Validation(
                _errors.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal)
            );
}
