using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>A seat from columns id, concert_id, price, state, reservation_id, held_until.</summary>
internal static class SeatRow
{
    public static Seat Read(NpgsqlDataReader reader) =>
        new(
            reader.GetInt64(0),
            reader.GetInt64(1),
            new Money(reader.GetInt64(2)),
            StatusNames.ToSeatState(reader.GetString(3)),
            reader.IsDBNull(4) ? null : reader.GetInt64(4),
            reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5)
        );
}
