using Npgsql;

namespace ConcertReservation.DataPlatform;

internal static class TimeColumns
{
    /// <returns>null where the column is.</returns>
    public static DateTimeOffset? TimeAt(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
