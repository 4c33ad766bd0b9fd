using Npgsql;

namespace ConcertReservation.DataPlatform;

internal static class RangeParameters
{
    /// <summary>
    /// $1 the concert, $2 the start of the first interval, $3 the end of the last one, $4 their
    /// length, $5 the origin of <c>date_bin</c>.
    /// </summary>
    public static void AddRange(
        this NpgsqlParameterCollection parameters,
        long concertId,
        Intervals intervals
    )
    {
        parameters.AddWithValue(concertId);
        parameters.AddWithValue(intervals.From.UtcDateTime);
        parameters.AddWithValue(intervals.To.UtcDateTime);
        parameters.AddWithValue(intervals.Length);
        parameters.AddWithValue(Intervals.Origin.UtcDateTime);
    }
}
