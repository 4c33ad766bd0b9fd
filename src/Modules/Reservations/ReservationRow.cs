using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>A reservation with what its events tell of concert and customer.</summary>
internal static class ReservationRow
{
    /// <summary>Add the WHERE: <c>r</c> is the reservation.</summary>
    public const string SelectSql = $"""
        SELECT r.id, r.concert_id, r.customer_id, r.seat_ids, r.total_amount, r.user_email,
            concert.name, coalesce(customer.language, '{Languages.Default}'), r.status,
            r.held_until, r.payment_id, r.extended_for, r.version
        FROM reservations.reservations r
        JOIN reservations.concerts concert ON concert.id = r.concert_id
        LEFT JOIN reservations.customers customer ON customer.id = r.customer_id
        """;

    public static Reservation Read(NpgsqlDataReader reader) =>
        new(
            new ReservationFacts(
                reader.GetInt64(0),
                reader.GetInt64(1),
                reader.GetInt64(2),
                reader.GetFieldValue<long[]>(3),
                new Money(reader.GetInt64(4)),
                reader.GetString(5),
                reader.GetString(6),
                reader.GetString(7)
            ),
            StatusNames.ToStatus(reader.GetString(8)),
            reader.GetFieldValue<DateTimeOffset>(9),
            reader.IsDBNull(10) ? null : reader.GetInt64(10),
            reader.IsDBNull(11) ? null : reader.GetInt64(11),
            reader.GetInt64(12)
        );
}
