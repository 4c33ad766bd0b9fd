namespace ConcertReservation.Reservations;

/// <summary>States as the database and the wire write them.</summary>
internal static class StatusNames
{
    public static string Of(ReservationStatus status) =>
        status switch
        {
            ReservationStatus.Held => "HELD",
            ReservationStatus.Paying => "PAYING",
            ReservationStatus.Confirmed => "CONFIRMED",
            ReservationStatus.Expired => "EXPIRED",
            ReservationStatus.Cancelled => "CANCELLED",
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };

    public static ReservationStatus ToStatus(string name) =>
        name switch
        {
            "HELD" => ReservationStatus.Held,
            "PAYING" => ReservationStatus.Paying,
            "CONFIRMED" => ReservationStatus.Confirmed,
            "EXPIRED" => ReservationStatus.Expired,
            "CANCELLED" => ReservationStatus.Cancelled,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };

    public static string Of(SeatState state) =>
        state switch
        {
            SeatState.Free => "free",
            SeatState.Held => "held",
            SeatState.Pinned => "pinned",
            SeatState.Sold => "sold",
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
        };

    public static SeatState ToSeatState(string name) =>
        name switch
        {
            "free" => SeatState.Free,
            "held" => SeatState.Held,
            "pinned" => SeatState.Pinned,
            "sold" => SeatState.Sold,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };
}
