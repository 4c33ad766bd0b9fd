using ConcertReservation.Contracts;

namespace ConcertReservation.Reservations;

/// <summary>States as the database and the wire write them.</summary>
internal static class StatusNames
{
    public static string Of(ReservationStatus status) =>
        status switch
        {
            ReservationStatus.Held => ReservationStatuses.Held,
            ReservationStatus.Paying => ReservationStatuses.Paying,
            ReservationStatus.Confirmed => ReservationStatuses.Confirmed,
            ReservationStatus.Expired => ReservationStatuses.Expired,
            ReservationStatus.Cancelled => ReservationStatuses.Cancelled,
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };

    public static ReservationStatus ToStatus(string name) =>
        name switch
        {
            ReservationStatuses.Held => ReservationStatus.Held,
            ReservationStatuses.Paying => ReservationStatus.Paying,
            ReservationStatuses.Confirmed => ReservationStatus.Confirmed,
            ReservationStatuses.Expired => ReservationStatus.Expired,
            ReservationStatuses.Cancelled => ReservationStatus.Cancelled,
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
