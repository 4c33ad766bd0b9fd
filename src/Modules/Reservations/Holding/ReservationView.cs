using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>A reservation as its owner sees it.</summary>
/// <param name="Status">
/// HELD, PAYING, CONFIRMED, EXPIRED or CANCELLED; a hold past its time is EXPIRED.
/// </param>
/// <param name="PaymentId">The payment whose money came for it; null where none did.</param>
/// <param name="CancellableUntil">
/// Until then it can be given back: a hold until it lapses, a booking until some time before its
/// concert, which may be over. Null where there is nothing to give back.
/// </param>
internal sealed record ReservationView(
    long ReservationId,
    long ConcertId,
    string ConcertName,
    string Status,
    IReadOnlyList<long> SeatIds,
    Money TotalAmount,
    DateTimeOffset HeldUntil,
    DateTimeOffset CreatedAt,
    long? PaymentId,
    DateTimeOffset? CancellableUntil
)
{
    /// <summary>Add the WHERE: <c>r</c> is the reservation.</summary>
    public const string SelectSql = """
        SELECT r.id, r.concert_id, c.name,
            CASE WHEN r.status = 'HELD' AND r.held_until <= clock.now() THEN 'EXPIRED'
                ELSE r.status END,
            r.seat_ids, r.total_amount, r.held_until, r.created_at,
            CASE WHEN r.status IN ('CONFIRMED', 'CANCELLED') THEN r.payment_id END, c.starts_at
        FROM reservations.reservations r
        JOIN reservations.concerts c ON c.id = r.concert_id
        """;

    /// <summary>How many columns there are: what is selected besides comes after them.</summary>
    public const int ColumnCount = 10;

    public static readonly ReservationView Example = new(
        Examples.ReservationId,
        Examples.ConcertId,
        Examples.ConcertName,
        ReservationStatuses.Held,
        Examples.SeatIds,
        new Money(Examples.TotalWon),
        Examples.HeldUntil,
        Examples.HeldAt,
        PaymentId: null,
        CancellableUntil: Examples.HeldUntil
    );

    public static ReservationView Read(NpgsqlDataReader reader, ReservationsOptions options)
    {
        var status = reader.GetString(3);
        var heldUntil = reader.GetFieldValue<DateTimeOffset>(6);
        return new(
            reader.GetInt64(0),
            reader.GetInt64(1),
            reader.GetString(2),
            status,
            reader.GetFieldValue<long[]>(4),
            new Money(reader.GetInt64(5)),
            heldUntil,
            reader.GetFieldValue<DateTimeOffset>(7),
            reader.IsDBNull(8) ? null : reader.GetInt64(8),
            status switch
            {
                ReservationStatuses.Held => heldUntil,
                ReservationStatuses.Confirmed => options.CancellableUntil(
                    reader.GetFieldValue<DateTimeOffset>(9)
                ),
                _ => null,
            }
        );
    }
}
