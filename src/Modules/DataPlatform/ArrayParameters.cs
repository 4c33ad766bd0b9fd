using Npgsql;

namespace ConcertReservation.DataPlatform;

internal static class ArrayParameters
{
    /// <summary>
    /// Adds the next positional parameter, an array. Times are DateTimeOffset: of a DateTime Npgsql
    /// takes the first element's kind for the type, and that may be null.
    /// </summary>
    public static void AddArray<T>(
        this NpgsqlParameterCollection parameters,
        IEnumerable<T> values
    ) => parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. values] });
}
